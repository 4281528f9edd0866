import { CancellationScope, isCancellation, proxyActivities, workflowInfo } from '@temporalio/workflow';
import type { Activities, StepInput, StepResult } from '../activities/contract.ts';
import { milliseconds } from '../core/duration.ts';
import { evaluate, fillOptions } from '../core/evaluate-expression.ts';
import { type StepInstance, stepOf } from '../core/expand-matrix.ts';
import { parseExpression } from '../core/expression.ts';
import type { Before, EndState } from '../core/run-graph.ts';
import { scopeOf } from '../core/run-scope.ts';
import type { StepState } from '../core/run-state.ts';
import type { ActivityKind } from '../core/steps.ts';
import { askForApproval } from './approvals.ts';
import { cancellationType } from './cancellation.ts';
import { untilMended } from './failed-steps.ts';
import { stepFailure } from './failures.ts';
import { madeBy } from './healing.ts';
import { pinsOf } from './pins-of.ts';
import type { Run } from './run.ts';
import { attemptTimeout, heartbeatTimeout, keepsProgress } from './timeouts.ts';

/** Carries out one step, or one variant of its matrix, and writes down how it ended. Never rejects. */
export async function runStep(run: Run, step: StepInstance, before: Before): Promise<EndState> {
  const entry = run.state.steps[step.id]!;
  const succeeded = run.input.resume?.succeeded[step.id];
  const ended =
    run.input.continued?.ended[step.id] ?? (succeeded && !isToBeReplaced(run, succeeded) ? succeeded : undefined);
  if (ended) {
    Object.assign(entry, ended);
    run.matrices.ended(step, ended.state as EndState);
    return ended.state as EndState;
  }
  const state = await run.matrices.alongside(step, () => carryOutStep(run, step, before));
  run.matrices.ended(step, state);
  const failed = run.matrices.stoppedBy(step);
  if (state === 'cancelled' && failed !== undefined) entry.summary ??= `stopped, since ${failed} failed`;
  return state;
}

async function carryOutStep(run: Run, step: StepInstance, { failure }: Before): Promise<EndState> {
  const entry = run.state.steps[step.id]!;
  const reused = run.reused[step.id];
  const isDone = reused !== undefined && !isToBeReplaced(run, reused);
  const work = async (retried: number): Promise<EndState> => {
    if (CancellationScope.current().consideredCancelled) return 'cancelled';
    await run.gate.pass();
    if (step.if !== undefined && evaluate(parseExpression(step.if), scopeFor(run, step, failure)) !== true) {
      entry.summary = `skipped: ${step.if} is false`;
      return 'skipped';
    }
    if (isDone) return accept(entry, reused);
    const replaces = run.input.resume?.succeeded[step.id] || reused ? run.input.replaces : undefined;
    return accept(entry, await run.healing.carryOut(step.id, () => make(run, step, { replaces, retried })));
  };
  const mayWait = run.plan.on_step_failure === 'wait' && !step.continue_on_error;
  try {
    if (mayWait) return await untilMended(step.id, run, (retried) => inTurn(run, step, isDone, () => work(retried)));
    return await inTurn(run, step, isDone, async () => {
      try {
        return await work(0);
      } catch (error) {
        // Before the next one has its turn: it must not begin where this one's failure stops it.
        if (!isCancellation(error)) run.matrices.ended(step, 'failed');
        throw error;
      }
    });
  } catch (error) {
    if (isCancellation(error)) return 'cancelled';
    entry.failure = stepFailure(error);
    return 'failed';
  }
}

/**
 * Does `work` when its turn has come. Waiting costs next to nothing, so this comes before all else; a step that waits for
 * a person holds no turn, and what was done already needs none.
 */
async function inTurn<T>(run: Run, step: StepInstance, isDone: boolean, work: () => Promise<T>): Promise<T> {
  const queue = step.uses === 'approve' ? undefined : run.slots[step.queue];
  const slots = isDone ? [] : [run.matrices.slotsOf(step), queue];
  for (const each of slots) {
    const turn = each?.take();
    if (turn) await turn;
  }
  try {
    return await work();
  } finally {
    for (const each of slots) each?.give();
  }
}

/** Whether another document's step could not read what this one has made. */
function isToBeReplaced({ input }: Run, made: Pick<StepState, 'artifacts' | 'outputs'>): boolean {
  return input.replaces !== undefined && madeBy(made).includes(input.replaces);
}

interface How {
  /** Digest of an artifact that is to be made again. */
  replaces?: string | undefined;
  /** How often a person has said `retry`. */
  retried?: number;
}

/** A person approves, a child workflow runs a pipeline, an activity does the rest. */
async function make(run: Run, step: StepInstance, how: How): Promise<StepResult> {
  const { id, state, waiting } = run;
  const entry = state.steps[step.id]!;
  const options = fillOptions(step.with, scopeFor(run, step));
  if (step.uses === 'approve')
    return await askForApproval(step.id, options, { runId: id, waiting, state, steps: [...run.steps.values()] });
  if (step.uses !== 'pipeline') return await attempt(run, step, step.uses, options, how);
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

function accept(entry: StepState, { outputs, summary, artifacts, reusedFrom, because }: StepResult): EndState {
  Object.assign(entry, { outputs, summary, artifacts, ...(because === undefined ? {} : { because }) });
  if (reusedFrom === undefined) return 'succeeded';
  entry.reusedFrom = reusedFrom;
  return 'reused';
}

/** The step is shown as running meanwhile; when it cannot be made again, it has still ended as it had ended. */
export async function makeAgain(
  run: Run,
  id: string,
  digest: string,
  why: { for: string; because: string },
): Promise<void> {
  const step = run.steps.get(id)!;
  const entry = run.state.steps[id]!;
  const before = { ...entry };
  entry.madeAgain = [...(entry.madeAgain ?? []), why];
  try {
    const result = await run.healing.carryOut(id, () => make(run, step, { replaces: digest }));
    delete entry.reusedFrom;
    entry.state = accept(entry, result);
    entry.endedAt = Date.now();
  } catch (error) {
    Object.assign(entry, { ...before, madeAgain: entry.madeAgain });
    throw error;
  }
  run.details.show();
}

/** Asks whether the step is done already, where that saves waiting for the device, and else carries it out. */
async function attempt(
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
    heartbeatTimeout: input.heartbeat ?? heartbeatTimeout[uses],
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
  if (!keepsProgress[uses]) return await start();
  return await run.gate.throughPauses(start, () => {
    entry.state = 'waiting';
    run.details.show();
  });
}

/** Temporal takes 400 bytes. */
const summaryOf = ({ id, uses }: StepInstance, because: string | undefined) =>
  `${id}: ${uses}${because === undefined ? '' : `, ${because}`}`.slice(0, 130);

/** What the expressions of a step may read now. */
export function scopeFor(run: Run, step: Pick<StepInstance, 'needs' | 'matrix'>, failure = false) {
  return scopeOf(step, {
    inputs: run.plan.inputs,
    run: { id: run.id, pipeline: run.plan.pipeline },
    instances: run.instances,
    ended: (id) => {
      const entry = run.state.steps[id];
      if (entry && entry.state !== 'waiting' && entry.state !== 'running') return { ...entry, state: entry.state };
      // One that is made again has still ended well.
      return entry?.outputs ? { outputs: entry.outputs, state: 'succeeded' } : undefined;
    },
    failure,
  });
}
