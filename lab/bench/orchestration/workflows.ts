// The workflows of the bench: temper's own, and the same work written by hand.
import { proxyActivities } from '@temporalio/workflow';
import type { ActivityKind } from '../../../core/kinds/registry.ts';
import type { Pins, StepInput, StepResult } from '../../../protocol/activities.ts';

export { runPipeline } from '../../../workflows/run-pipeline.ts';

export interface ByHand {
  runId: string;
  taskQueue: string;
  /** `chain`: one after the other. `fan_out`: all at once, and one that waits for them. `matrix`: `atOnce` at a time. */
  shape: 'chain' | 'fan_out' | 'matrix';
  steps: number;
  /** Steps of a matrix that run at once. */
  atOnce: number;
  salt: string;
  pins: Pins;
}

/** The plainest workflow for this work: the same activity with the same timeouts, and none of a pipeline's features. */
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
