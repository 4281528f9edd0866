// What the bench's worker replays: temper's own workflow, and the same work written by hand.
import { proxyActivities } from '@temporalio/workflow';
import type { ActivityKind } from '../../../core/kinds/registry.ts';
import type { Pins, StepInput, StepResult } from '../../../protocol/activities.ts';

export { runPipeline } from '../../../workflows/run-pipeline.ts';

export interface ByHand {
  runId: string;
  taskQueue: string;
  /** Steps one after the other; all at once, and one more that waits for them; or so many at once until all are done. */
  shape: 'chain' | 'fan_out' | 'matrix';
  steps: number;
  /** Of a matrix. */
  atOnce: number;
  salt: string;
  pins: Pins;
}

/** As somebody would write it who needs nothing of what a pipeline offers: the same activity, with the same timeouts. */
export async function byHand({ runId, taskQueue, shape, steps, atOnce, salt, pins }: ByHand): Promise<void> {
  const { noop } = proxyActivities<{ noop(input: StepInput): Promise<StepResult> }>({
    taskQueue,
    startToCloseTimeout: '60d',
    heartbeatTimeout: '30s',
  });
  const call = async (n: number, after: readonly number[]) => {
    const options = { n, salt, after };
    const request = {
      runId,
      step: `s${n}`,
      uses: 'noop' as ActivityKind,
      with: options,
      pins,
      reuse: true,
      maxAttempts: 3,
    };
    return Number((await noop(request)).outputs.n);
  };
  const numbers = Array.from({ length: steps }, (_, index) => index + 1);
  if (shape === 'chain') {
    for (const n of numbers) await call(n, n === 1 ? [] : [n - 1]);
    return;
  }
  if (shape === 'fan_out') {
    await call(steps + 1, await Promise.all(numbers.map((n) => call(n, []))));
    return;
  }
  const inTurn = async () => {
    for (let n = numbers.shift(); n !== undefined; n = numbers.shift()) await call(n, []);
  };
  await Promise.all(Array.from({ length: atOnce }, inTurn));
}
