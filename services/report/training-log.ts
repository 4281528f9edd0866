import { open } from 'node:fs/promises';
import type { CurveEvent } from '../../core/report/curves.ts';
import { trainerEvent } from '../../protocol/trainer/events.ts';

const bytesAtOnce = 1 << 20;

/** What a training told, from the log of its step. Each reading goes on where the last one ended: a log grows for weeks. */
export class TrainingLog {
  readonly #file: string;
  readonly #events: CurveEvent[] = [];
  #offset = 0;
  /** The start of a line that is still being written. */
  #rest = Buffer.alloc(0);

  constructor(file: string) {
    this.#file = file;
  }

  /** All events so far; none where there is no log. */
  async read(): Promise<readonly CurveEvent[]> {
    const file = await open(this.#file).catch(() => undefined);
    if (!file) return this.#events;
    try {
      const buffer = Buffer.alloc(bytesAtOnce);
      for (;;) {
        const { bytesRead } = await file.read(buffer, 0, bytesAtOnce, this.#offset);
        if (bytesRead === 0) return this.#events;
        this.#offset += bytesRead;
        this.#take(Buffer.concat([this.#rest, buffer.subarray(0, bytesRead)]));
      }
    } finally {
      await file.close();
    }
  }

  #take(bytes: Buffer): void {
    const end = bytes.lastIndexOf(10) + 1;
    this.#rest = Buffer.from(bytes.subarray(end));
    for (const line of bytes.toString('utf8', 0, end).split('\n')) {
      // Other lines of a log are for people.
      const event = line.startsWith('{"event":') ? eventOf(line) : undefined;
      if (event) this.#events.push(event);
    }
  }
}

function eventOf(line: string): CurveEvent | undefined {
  try {
    const { data } = trainerEvent.safeParse(JSON.parse(line));
    if (!data) return undefined;
    const { event } = data;
    return event === 'started' ||
      event === 'progress' ||
      event === 'evaluated' ||
      event === 'checkpoint' ||
      event === 'interrupted'
      ? data
      : undefined;
  } catch {
    return undefined; // cut by a crash
  }
}
