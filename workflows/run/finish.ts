import { ApplicationFailure, CancellationScope, workflowInfo } from '@temporalio/workflow';
import { boundedState } from '../../core/run/bounded-state.ts';
import { stepsWithin } from '../../core/run/plan.ts';
import type { RunState } from '../../core/run/run-state.ts';
import { tellOfFailure } from '../notifications/notify.ts';
import { documentOutputs } from './document-outputs.ts';
import type { Run } from './run-parts.ts';
import { scopeFor } from './scope-for.ts';

/** Writes the run's record and closes the workflow as the steps have ended; rejects unless the run has succeeded. */
export async function finish(run: Run): Promise<RunState> {
  const { state } = run;
  if (state.status === 'running' || state.status === 'paused') {
    if (CancellationScope.current().consideredCancelled) state.status = 'cancelled';
    else state.status = hasFailed(run) ? 'failed' : 'succeeded';
  }
  for (const step of Object.values(state.steps)) {
    if (step.state === 'waiting' || step.state === 'running')
      step.state = state.status === 'cancelled' ? 'cancelled' : 'blocked';
  }
  state.endedAt = Date.now();
  const { outputs, steps } = run.plan;
  if (state.status === 'succeeded' && outputs)
    state.outputs = documentOutputs(outputs, scopeFor(run, { needs: steps.map(({ id }) => id) }));
  run.details.show({ isLast: true });
  await CancellationScope.nonCancellable(async () => {
    if (state.status === 'succeeded') await prune(run);
    const options = { activityId: 'record', summary: `the run ${state.status}` };
    await run.light.record.executeWithOptions(options, [boundedState(state as RunState)]);
    if (state.status === 'failed') {
      await heedFailures(run);
      await tellOfFailure(run);
    }
  });
  const told = boundedState(state as RunState);
  if (state.status === 'succeeded') return told;
  if (state.status === 'cancelled') await CancellationScope.current().cancelRequested; // rejects: the run closes as cancelled
  throw ApplicationFailure.nonRetryable(whatFailed(run), 'RUN_FAILED', told, run.children.continuations);
}

/** Whether a step's end is one for which the run has failed; `continue_on_error` forgives the step's own failure. */
function hasFailed({ state, steps }: Run): boolean {
  return Object.entries(state.steps).some(
    ([id, step]) => step.state === 'blocked' || (step.state === 'failed' && !steps.get(id)?.continue_on_error),
  );
}

/** Disk space is no reason for a run that has succeeded to end otherwise. */
async function prune(run: Run): Promise<void> {
  const { plan, state } = run;
  // What a pipeline makes that runs as a step may be read by the steps after it.
  if (workflowInfo().parent || plan.keep.intermediates === 'always') return;
  if (!stepsWithin(plan).some(({ proves }) => proves)) return;
  const options = {
    activityId: 'prune',
    summary: 'drops what was made only on the way',
    retry: { maximumAttempts: 3 },
  };
  const dropped = await run.light.prune.executeWithOptions(options, [{ runId: run.id }]).catch(() => undefined);
  if (dropped && dropped.artifacts > 0) state.dropped = dropped;
}

/** Temporal's own rule knows only the first failure. */
async function heedFailures(run: Run): Promise<void> {
  const { id, pauseOnFailure = 1 } = run.input.schedule ?? {};
  if (id === undefined || pauseOnFailure < 2) return;
  const options = {
    activityId: 'pause-schedule',
    summary: `pauses ${id} after ${pauseOnFailure} failures in a row`,
    retry: { maximumAttempts: 10 },
  };
  // The run has failed in any case, and says why.
  const what = { runId: run.id, schedule: id, pauseOnFailure };
  await run.light.pauseSchedule.executeWithOptions(options, [what]).catch(() => {});
}

/** Temporal's page shows a few lines; `temper show` tells all. */
const mostTold = 5;

function whatFailed({ state, steps }: Run): string {
  if (state.failure) return state.failure.message;
  const failed = Object.entries(state.steps).filter(
    ([id, step]) => step.state === 'failed' && !steps.get(id)?.continue_on_error,
  );
  const told = failed
    .slice(0, mostTold)
    .map(([id, step]) => `${id}: ${(step.failure?.message ?? 'failed').slice(0, 2000)}`);
  if (failed.length > mostTold) told.push(`and ${failed.length - mostTold} more`);
  return told.join('; ') || 'the run failed';
}
