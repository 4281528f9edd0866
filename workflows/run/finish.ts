import { ApplicationFailure, CancellationScope, workflowInfo } from '@temporalio/workflow';
import { fillOptions, type Scope } from '../../core/language/expression/evaluate.ts';
import { ExpressionError } from '../../core/language/expression/parse.ts';
import { boundedState } from '../../core/run/bounded-state.ts';
import { type Plan, stepsWithin } from '../../core/run/plan.ts';
import { hasEnded, type Outputs, type RunState } from '../../core/run/run-state.ts';
import { block, cancel } from '../../core/run/step-transitions.ts';
import type { Continuation } from '../../protocol/run-input.ts';
import { notifyOfFailure } from '../notifications/start-notification.ts';
import type { CurrentRun } from './current-run.ts';
import type { HostActivities } from './host-activities.ts';

/** Writes the run's record and closes the workflow. Rejects unless the run has succeeded; `children` then go on from there. */
export async function finish(
  run: CurrentRun,
  host: HostActivities,
  children: Continuation['children'],
): Promise<RunState> {
  const { state } = run;
  let status = state.status;
  if (status === 'running' || status === 'paused') {
    if (CancellationScope.current().consideredCancelled) status = 'cancelled';
    else status = hasFailed(run) ? 'failed' : 'succeeded';
  }
  state.endedAt = Date.now();
  for (const [id, step] of Object.entries(state.steps))
    if (!hasEnded(step))
      run.write(id, status === 'cancelled' ? cancel(step, state.endedAt) : block(step, state.endedAt));
  const { outputs, steps } = run.plan;
  if (status === 'succeeded' && outputs)
    state.outputs = documentOutputs(outputs, run.scopeFor({ needs: steps.map(({ id }) => id) }));
  run.writeStatus(status);
  await CancellationScope.nonCancellable(async () => {
    if (status === 'succeeded') await prune(run, host);
    const options = { activityId: 'record', summary: `the run ${status}` };
    await host.record.executeWithOptions(options, [boundedState(state)]);
    if (status === 'failed') {
      await pauseScheduleAfterFailures(run, host);
      await notifyOfFailure(run);
    }
  });
  const bounded = boundedState(state);
  if (status === 'succeeded') return bounded;
  if (status === 'cancelled') await CancellationScope.current().cancelRequested; // rejects: the run closes as cancelled
  throw ApplicationFailure.nonRetryable(failureText(run), 'RUN_FAILED', bounded, children);
}

/** Whether a step's end fails the run; `continue_on_error` forgives the step's own failure. */
function hasFailed({ state, steps }: CurrentRun): boolean {
  return Object.entries(state.steps).some(
    ([id, step]) => step.state === 'blocked' || (step.state === 'failed' && !steps.get(id)?.continue_on_error),
  );
}

/** Returns what a document gives to a pipeline that runs it, without what reads a step that was skipped. */
function documentOutputs(declared: NonNullable<Plan['outputs']>, scope: Scope): Outputs {
  const values = Object.entries(declared).flatMap(([name, value]) => {
    try {
      return [[name, fillOptions(value, scope)]];
    } catch (error) {
      if (error instanceof ExpressionError) return [];
      throw error;
    }
  });
  return Object.fromEntries(values);
}

/** A run that has succeeded stays succeeded if no disk space can be freed. */
async function prune({ id, plan, state }: CurrentRun, host: HostActivities): Promise<void> {
  // Later steps of the run that it is a step of may read its intermediates.
  if (workflowInfo().parent || plan.keep.intermediates === 'always') return;
  if (!stepsWithin(plan).some(({ proves }) => proves)) return;
  const options = { activityId: 'prune', summary: 'drop intermediates', retry: { maximumAttempts: 3 } };
  const dropped = await host.prune.executeWithOptions(options, [{ runId: id }]).catch(() => undefined);
  if (dropped && dropped.artifacts > 0) state.dropped = dropped;
}

/** Temporal's own `pauseOnFailure` acts on the first failure. */
async function pauseScheduleAfterFailures({ id, input }: CurrentRun, host: HostActivities): Promise<void> {
  const { id: schedule, pauseOnFailure = 1 } = input.schedule ?? {};
  if (schedule === undefined || pauseOnFailure < 2) return;
  const options = {
    activityId: 'pause-schedule',
    summary: `pause ${schedule} if ${pauseOnFailure} runs in a row have failed`,
    retry: { maximumAttempts: 10 },
  };
  // The run has failed in any case, and says why.
  await host.pauseSchedule.executeWithOptions(options, [{ runId: id, schedule, pauseOnFailure }]).catch(() => {});
}

/** Temporal's page shows a few lines; `temper show` lists every failure. */
const maxFailuresShown = 5;
const maxFailureLength = 2000;

function failureText({ state, steps }: CurrentRun): string {
  if (state.failure) return state.failure.message;
  const failures = Object.entries(state.steps).flatMap(([id, step]) =>
    step.state === 'failed' && !steps.get(id)?.continue_on_error ? [`${id}: ${step.failure.message}`] : [],
  );
  const shown = failures.slice(0, maxFailuresShown).map((text) => text.slice(0, maxFailureLength));
  if (failures.length > maxFailuresShown) shown.push(`and ${failures.length - maxFailuresShown} more`);
  return shown.join('; ') || 'the run failed';
}
