import type { SSEStreamingApi } from 'hono/streaming';

/** Milliseconds between two looks, where nothing else is said. */
const usualMs = 1_000;
/** A connection without a word for longer is taken for a broken one. */
const silenceMs = 15_000;

interface Seen {
  main: string;
  /** Nothing more will change. */
  isOver?: boolean;
  /** Milliseconds to the next look. */
  everyMs?: number;
}

/** Sends what `render` returns whenever it has changed, until the reader has gone or nothing more will. */
export async function sendChanges(stream: SSEStreamingApi, render: () => Promise<Seen>): Promise<void> {
  let sent = '';
  let sentAt = Date.now();
  while (!stream.aborted) {
    const { main, isOver, everyMs = usualMs } = await render();
    if (main !== sent) {
      await stream.writeSSE({ event: 'main', data: main });
      [sent, sentAt] = [main, Date.now()];
    } else if (Date.now() - sentAt > silenceMs) {
      await stream.write(': still here\n\n');
      sentAt = Date.now();
    }
    if (isOver) {
      await stream.writeSSE({ event: 'end', data: '' });
      return;
    }
    await stream.sleep(everyMs);
  }
}
