import { CancellationScope, isCancellation } from '@temporalio/workflow';
import type { EndState } from '../../core/run/run-graph.ts';
import type { RunState, StepState } from '../../core/run/run-state.ts';
import { stepFailure } from '../run/failures.ts';
import type { WaitingSteps } from './waiting-steps.ts';

/**
 * Carries out a step of a run that waits when one has failed: `work` is called again as often as a person says `retry`,
 * with how often that was; `skip` ends the step as skipped. Rejects like `work` where nothing can be mended: the run is
 * cancelled, or a person has rejected.
 */
export async function untilMended(
  id: string,
  { waiting, state }: { waiting: WaitingSteps; state: RunState },
  work: (retried: number) => Promise<EndState>,
): Promise<EndState> {
  const entry: StepState = state.steps[id]!;
  for (let retried = 0; ; retried += 1) {
    try {
      return await work(retried);
    } catch (error) {
      if (isCancellation(error) || CancellationScope.current().consideredCancelled) throw error;
      const failure = stepFailure(error);
      if (failure.code === 'REJECTED') throw error;
      entry.failure = failure;
    }
    const about = `it has failed: ${entry.failure.message}`;
    const answer = await waiting.ask(id, { words: ['retry', 'skip'], about });
    const { message } = entry.failure;
    delete entry.failure;
    if (answer?.word !== 'skip') continue;
    entry.summary = `skipped by ${answer.by}${answer.comment ? ` (${answer.comment})` : ''} after it had failed: ${message.split('\n')[0]}`;
    return 'skipped';
  }
}
