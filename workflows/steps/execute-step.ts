import { proxyActivities, workflowInfo } from '@temporalio/workflow';
import type { ActivityKind } from '../../core/kinds/registry.ts';
import { fillOptions } from '../../core/language/expression/evaluate.ts';
import { milliseconds } from '../../core/run/duration.ts';
import { type StepInstance, stepOf } from '../../core/run/expand-matrix.ts';
import type { StepState } from '../../core/run/run-state.ts';
import type { Activities, StepInput, StepResult } from '../../protocol/activities.ts';
import { cancellationType } from '../run/cancellation.ts';
import { pinsOf } from '../run/pins-of.ts';
import type { Run } from '../run/run-parts.ts';
import { scopeFor } from '../run/scope-for.ts';
import { attemptTimeout } from '../run/timeouts.ts';
import { askForApproval } from './approvals.ts';

interface How {
  /** Digest of an artifact that is to be made again. */
  replaces?: string | undefined;
  /** How often a person has said `retry`. */
  retried?: number;
}

/** A person approves, a child workflow runs a pipeline, an activity does the rest. */
export async function make(run: Run, step: StepInstance, how: How): Promise<StepResult> {
  const { id, state, waiting } = run;
  const entry = state.steps[step.id]!;
  const options = fillOptions(step.with, scopeFor(run, step));
  if (step.executor === 'person')
    return await askForApproval(step.id, options, { runId: id, waiting, state, steps: [...run.steps.values()] });
  if (step.executor === 'activity') return await byActivity(run, step, step.uses as ActivityKind, options, how);
  return await run.history.carryOut(async () => {
    begin(run, entry);
    const reuse = mustRun(run, step, undefined) === undefined;
    return await run.children.carryOut(step, entry, run.pins!, { reuse, replaces: how.replaces });
  });
}

function begin(run: Run, entry: StepState): void {
  entry.state = 'running';
  entry.startedAt ??= Date.now();
  run.details.show();
}

/** Why a step is carried out whether or not an equal one has been. */
function mustRun({ input, again }: Run, step: StepInstance, replaces: string | undefined): string | undefined {
  if (replaces !== undefined) return 'what it made is needed and cannot be read';
  if (again.has(stepOf(step.id))) return `rerun --from ${input.rerun?.from}`;
  if (!input.reuse) return '--no-reuse';
  return step.reuse ? undefined : 'reuse: false';
}

/** Asks whether the step is done already, where that saves waiting for the device, and else carries it out. */
async function byActivity(
  run: Run,
  step: StepInstance,
  uses: ActivityKind,
  options: StepInput['with'],
  { replaces, retried = 0 }: How,
): Promise<StepResult> {
  const { input, history } = run;
  const entry = run.state.steps[step.id]!;
  const whyAnyway = mustRun(run, step, replaces);
  if (whyAnyway !== undefined) entry.because = whyAnyway;
  const request: StepInput = {
    runId: run.id,
    pipeline: run.plan.pipeline,
    step: step.id,
    uses,
    with: options,
    pins: pinsOf(options, run.pins!),
    reuse: whyAnyway === undefined,
    ...(whyAnyway === undefined ? {} : { because: whyAnyway }),
    ...(input.acceptVersions ? { acceptVersions: true } : {}),
    ...(replaces === undefined ? {} : { replaces }),
    ...(retried > 0 ? { retried } : {}),
    maxAttempts: step.retry.max_attempts,
    ...(step.timeout_minutes === undefined ? {} : { timeoutMinutes: step.timeout_minutes }),
    execution: workflowInfo().firstExecutionRunId,
  };
  // A step that waits for the device should not wait for it only to learn that there is nothing to do.
  if (request.reuse && step.queue === 'gpu') {
    const asked = { activityId: `${step.id}:reuse`, summary: `is ${step.id} done already?` };
    const hit = await history.carryOut(() => run.light.reuse.executeWithOptions(asked, [request]));
    if (hit) return hit;
  }
  const acts = proxyActivities<Activities>({
    activityId: step.id,
    summary: summaryOf(step, replaces === undefined ? entry.because : 'made again'),
    taskQueue: input.queues[step.queue],
    startToCloseTimeout: attemptTimeout,
    heartbeatTimeout: input.heartbeat ?? step.heartbeat_timeout!,
    cancellationType,
    // Deploys and lost workers count as attempts in Temporal, so the activity itself decides when enough is enough.
    retry: {
      initialInterval: milliseconds(step.retry.initial_interval),
      backoffCoefficient: step.retry.backoff,
      // A first wait that is longer than the longest is meant as it stands.
      maximumInterval: Math.max(milliseconds(step.retry.max_interval), milliseconds(step.retry.initial_interval)),
    },
  });
  const start = () =>
    history.carryOut(async () => {
      begin(run, entry);
      return await acts[uses](request);
    });
  if (!step.keeps_progress) return await start();
  return await run.gate.throughPauses(start, () => {
    entry.state = 'waiting';
    run.details.show();
  });
}

/** Temporal takes 400 bytes. */
const summaryOf = ({ id, uses }: StepInstance, because: string | undefined) =>
  `${id}: ${uses}${because === undefined ? '' : `, ${because}`}`.slice(0, 130);
