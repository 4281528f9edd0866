// needs: nothing
import assert from 'node:assert/strict';
import { getEventListeners } from 'node:events';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import type { Client } from '@temporalio/client';
import { stateAtEnd } from '../../../../cli/runs/state-at-end.ts';
import { follow } from '../../../../cli/view/live/follow.ts';
import { pinNews } from '../../../../cli/view/live/log-view.ts';
import { LiveScreen } from '../../../../cli/view/live/screen.ts';
import { pinLines } from '../../../../cli/view/render.ts';
import type { Pending } from '../../../../services/runs/snapshot.ts';
import { EmulatedTerminal, screenOf } from '../../../rig/terminal.ts';

const fixture = fileURLToPath(new URL('fixtures/many-polls.ts', import.meta.url));

test('after many looks each step has one line on the screen, and what others wrote stands above, in order', async () => {
  const { code, lines } = await screenOf(process.execPath, ['--import', 'tsx', fixture]);
  const text = lines.join('\n');
  assert.equal(code, 0, text);
  assert.equal(lines.length, 7, text);
  assert.deepEqual(lines.slice(0, 2), ['a library talks on stdout', 'a library talks on stderr']);
  assert.match(lines[2]!, /^\(node:\d+\) MaxListenersExceededWarning: 11 abort listeners added/);
  assert.match(lines[4]!, /^✔ data +\S+ {2}数据.*…$/);
  assert.match(lines[5]!, /^✔ train +\S+ {2}trained$/);
  assert.equal(lines[6], 'the end');
});

test('a log tells in quarters how far the weights of a GGUF base are', () => {
  const pin = (percent: number): Pending => {
    const progress = {
      phase: { code: 'dequantizing' as const, facts: { base: 'ollama:m', percent } },
      fraction: percent / 100,
    };
    return { progress, attempt: 1, scheduled: false };
  };
  const told = [1, 20, 30, 55, 60, 99].map((percent) => pinNews(pin(percent)));
  assert.equal(new Set(told).size, 4);
  assert.match(pinLines(pin(55), Date.now(), 4).join(), /pin .*making 16-bit weights of ollama:m \(55 %\)/);
});

/** A client that leaves a listener on the signal at every call, as Temporal's does, and whose questions run out of time. */
function forgetfulClient(answerAfter: number) {
  const deadline = Object.assign(new Error('4 DEADLINE_EXCEEDED'), { code: 4, details: '', metadata: {} });
  let present: AbortSignal | undefined;
  const asked: AbortSignal[] = [];
  const client = {
    withAbortSignal: async (signal: AbortSignal, ask: () => Promise<unknown>) => {
      present = signal;
      return await ask();
    },
    withDeadline: async (_: number, ask: () => Promise<unknown>) => await ask(),
    workflow: {
      getHandle: () => ({
        result: async () => {
          present!.addEventListener('abort', () => {});
          asked.push(present!);
          if (asked.length < answerAfter) throw deadline;
          return { runId: 'p' };
        },
      }),
    },
  };
  return { client: client as unknown as Client, asked };
}

test('waiting for the end of a run leaves no listener behind, however often it asks', async () => {
  const { client, asked } = forgetfulClient(50);
  const stop = new AbortController();
  const listeners = (signal: AbortSignal) => getEventListeners(signal, 'abort').length;
  const end = stateAtEnd(client, 'p', stop.signal);
  assert.equal(listeners(stop.signal), 1);
  assert.deepEqual(await end, { runId: 'p' });
  assert.equal(asked.length, 50);
  assert.deepEqual(new Set(asked.map(listeners)), new Set([1]));
  assert.equal(listeners(stop.signal), 0);
});

test('waiting for the end of a run stops at once when it is told to', async () => {
  const stop = new AbortController();
  const client = {
    withAbortSignal: (signal: AbortSignal) =>
      new Promise((_, reject) => signal.addEventListener('abort', () => reject(new Error('cancelled')))),
  };
  const end = stateAtEnd(client as unknown as Client, 'p', stop.signal);
  stop.abort();
  assert.equal(await end, undefined);
});

test('Ctrl-C leaves the run also while Temporal does not answer', async () => {
  const never = new Promise<never>(() => {});
  const others = process.listeners('SIGINT').length;
  const look = () => {
    process.listeners('SIGINT')[others]!('SIGINT');
    return never;
  };
  assert.equal(await follow({ look, end: () => never, record: async () => undefined }), 'detached');
});

test('a terminal that becomes narrower keeps no stale rows of what was drawn before', async () => {
  const terminal = new EmulatedTerminal();
  const screen = new LiveScreen(terminal.stream);
  const drawn = ['x'.repeat(70), 'y'.repeat(10)];
  screen.draw(() => drawn);
  await terminal.resize(40);
  screen.close();
  assert.deepEqual(await terminal.lines(), [`${'x'.repeat(37)}…`, 'y'.repeat(10)]);
});
