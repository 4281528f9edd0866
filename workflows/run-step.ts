import { CancellationScope, isCancellation, proxyActivities, workflowInfo } from '@temporalio/workflow';
import type { Activities, StepInput, StepResult } from '../activities/contract.ts';
import { milliseconds } from '../core/duration.ts';
import { evaluate, fillOptions } from '../core/evaluate-expression.ts';
import type { StepInstance } from '../core/expand-matrix.ts';
import { parseExpression } from '../core/expression.ts';
import type { Before, EndState } from '../core/run-graph.ts';
import { scopeOf } from '../core/run-scope.ts';
import type { StepState } from '../core/run-state.ts';
import { cancellationType } from './cancellation.ts';
import { stepFailure } from './failures.ts';
import { pinsOf } from './pins-of.ts';
import type { Run } from './run.ts';
import { attemptTimeout, heartbeatTimeout, keepsProgress } from './timeouts.ts';

/** Carries out one step, or one variant of its matrix, and writes down how it ended. Never rejects. */
export async function runStep(run: Run, step: StepInstance, before: Before): Promise<EndState> {
  const entry = run.state.steps[step.id]!;
  const ended = run.input.continued?.ended[step.id] ?? run.input.resume?.succeeded[step.id];
  if (ended) Object.assign(entry, ended);
  if (ended) run.matrices.ended(step, ended.state as EndState);
  const state = ended ? (ended.state as EndState) : await inTurn(run, step, () => carryOutStep(run, step, before));
  const failed = run.matrices.stoppedBy(step);
  if (state === 'cancelled' && failed !== undefined) entry.summary ??= `stopped, since ${failed} failed`;
  return state;
}

/** What was done already has no need of a turn. */
async function inTurn(run: Run, step: StepInstance, work: () => Promise<EndState>): Promise<EndState> {
  const slots = run.reused[step.id] ? [] : [run.matrices.slotsOf(step), run.slots[step.queue]];
  for (const each of slots) {
    const turn = each?.take();
    if (turn) await turn;
  }
  try {
    const state = await run.matrices.alongside(step, work);
    // Before the next one has its turn: it must not begin where this one's failure stops it.
    run.matrices.ended(step, state);
    return state;
  } finally {
    for (const each of slots) each?.give();
  }
}

async function carryOutStep(run: Run, step: StepInstance, { failure }: Before): Promise<EndState> {
  const entry = run.state.steps[step.id]!;
  if (CancellationScope.current().consideredCancelled) return 'cancelled';
  try {
    await run.gate.pass();
    if (step.if !== undefined && evaluate(parseExpression(step.if), scope(run, step, failure)) !== true) {
      entry.summary = `skipped: ${step.if} is false`;
      return 'skipped';
    }
    const carryOut = () => attempt(run, step, entry, { with: fillOptions(step.with, scope(run, step)) });
    return accept(entry, run.reused[step.id] ?? (await run.healing.carryOut(step.id, carryOut)));
  } catch (error) {
    if (isCancellation(error)) return 'cancelled';
    entry.failure = stepFailure(error);
    return 'failed';
  }
}

export function accept(entry: StepState, { outputs, summary, artifacts, reusedFrom }: StepResult): EndState {
  Object.assign(entry, { outputs, summary, artifacts });
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
    const carryOut = () =>
      attempt(run, step, entry, { with: fillOptions(step.with, scope(run, step)), replaces: digest });
    const result = await run.healing.carryOut(id, carryOut);
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
export async function attempt(
  run: Run,
  step: StepInstance,
  entry: StepState,
  what: Pick<StepInput, 'with' | 'replaces'>,
): Promise<StepResult> {
  const { input, history } = run;
  const request: StepInput = {
    runId: run.id,
    step: step.id,
    uses: step.uses,
    ...what,
    pins: pinsOf(what.with, run.pins!),
    reuse: input.reuse && step.reuse && what.replaces === undefined,
    ...(input.acceptVersions ? { acceptVersions: true } : {}),
    maxAttempts: step.retry.max_attempts,
    ...(step.timeout_minutes === undefined ? {} : { timeoutMinutes: step.timeout_minutes }),
    execution: workflowInfo().firstExecutionRunId,
  };
  // A step that waits for the device should not wait for it only to learn that there is nothing to do.
  if (request.reuse && step.queue === 'gpu') {
    const options = { activityId: `${step.id}:reuse`, summary: `is ${step.id} done already?` };
    const hit = await history.carryOut(() => run.light.reuse.executeWithOptions(options, [request]));
    if (hit) return hit;
  }
  const acts = proxyActivities<Activities>({
    activityId: step.id,
    summary: `${step.id}: ${step.uses}${what.replaces === undefined ? '' : ', made again'}`,
    taskQueue: input.queues[step.queue],
    startToCloseTimeout: attemptTimeout,
    heartbeatTimeout: input.heartbeat ?? heartbeatTimeout[step.uses],
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
      entry.state = 'running';
      entry.startedAt ??= Date.now();
      run.details.show();
      return await acts[step.uses](request);
    });
  if (!keepsProgress[step.uses]) return await start();
  return await run.gate.throughPauses(start, () => {
    entry.state = 'waiting';
    run.details.show();
  });
}

function scope(run: Run, step: StepInstance, failure = false) {
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
