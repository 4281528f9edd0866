import {
  ActivityCancellationType,
  ApplicationFailure,
  allHandlersFinished,
  CancellationScope,
  condition,
  isCancellation,
  proxyActivities,
  setCurrentDetails,
  setHandler,
  workflowInfo,
} from '@temporalio/workflow';
import type { Activities, Pins, SavedCheckpoint, StepInput, StepResult } from '../activities/contract.ts';
import { milliseconds } from '../core/duration.ts';
import { evaluate, fillOptions } from '../core/evaluate-expression.ts';
import { parseExpression } from '../core/expression.ts';
import { type PlannedStep, stepsWithin } from '../core/plan.ts';
import { type EndState, runGraph, withDependents } from '../core/run-graph.ts';
import { runIdOf } from '../core/run-id.ts';
import type { RunState, StepState } from '../core/run-state.ts';
import type { ActivityKind } from '../core/steps.ts';
import { askForApproval } from './approvals.ts';
import { ChildPipelines } from './child-pipelines.ts';
import { documentOutputs } from './document-outputs.ts';
import { untilMended } from './failed-steps.ts';
import { stepFailure } from './failures.ts';
import { Healing, madeBy } from './healing.ts';
import { checkpointSaved, pauseSignal, pinsQuery, resumeSignal, stateQuery } from './messages.ts';
import { PauseGate } from './pause-gate.ts';
import type { RunInput } from './run-input.ts';
import { startTelling } from './tell-failure.ts';
import { attemptTimeout, heartbeatTimeout, keepsProgress, lightHeartbeatTimeout } from './timeouts.ts';
import { WaitingSteps, waitsForLines } from './waiting-steps.ts';

/**
 * The default of the library is to report a cancelled activity at once, whatever its documentation says: the run would
 * close, and could be resumed, while its trainer still saves.
 */
const cancellationType = ActivityCancellationType.WAIT_CANCELLATION_COMPLETED;

/** Carries out a plan: every step as one activity named by its id, started the moment its needs end. */
export async function runPipeline(input: RunInput): Promise<RunState> {
  const { plan, queues } = input;
  const runId = input.runId ?? runIdOf(workflowInfo().workflowId);
  const acceptVersions = input.acceptVersions ? { acceptVersions: true } : {};
  const state = startState(runId, input);
  let pins: Pins | null = input.resume?.pins ?? null;
  setHandler(stateQuery, () => state as RunState);
  setHandler(pinsQuery, () => pins);
  setHandler(checkpointSaved, publish);
  const gate = new PauseGate();
  setHandler(pauseSignal, pause, { description: 'Stop at the next checkpoint and start nothing new until resumed.' });
  setHandler(resumeSignal, goOn, { description: 'Go on after a pause.' });

  const light = proxyActivities<Activities>({
    taskQueue: queues.host,
    startToCloseTimeout: '1h',
    heartbeatTimeout: input.heartbeat ?? lightHeartbeatTimeout,
    cancellationType,
    retry: { initialInterval: '1s', maximumInterval: '1m' },
  });
  const steps = new Map(plan.steps.map((step) => [step.id, step]));
  const healing = new Healing(state.steps, makeAgain);
  const waiting = new WaitingSteps(runId, state.steps, showDetails);
  const children = new ChildPipelines(runId, input);
  const rerun = input.rerun ? { rerun: input.rerun } : {};
  const { from } = input.rerun ?? {};
  const again = from === undefined ? undefined : withDependents(plan.steps, from);

  try {
    const pinned = await light.pin.executeWithOptions({ activityId: 'pin', summary: 'reads what the document names' }, [
      { runId, plan, reuse: input.reuse, ...rerun, ...acceptVersions, ...(pins ? { pins } : {}) },
    ]);
    pins = pinned.pins;
    for (const [id, because] of Object.entries(pinned.because ?? {})) state.steps[id]!.because = because;
    await runGraph(plan.steps, (id) => runStep(steps.get(id)!, pinned.reused[id]), end);
    await condition(allHandlersFinished);
  } catch (error) {
    // Only `pin` can end up here: steps report their failures as data.
    state.status = isCancellation(error) ? 'cancelled' : 'failed';
    if (state.status === 'failed') state.failure = stepFailure(error);
  }
  return await finish();

  async function runStep(step: PlannedStep, reused: StepResult | undefined): Promise<EndState> {
    const entry = state.steps[step.id]!;
    const before = input.resume?.succeeded[step.id];
    if (before && !isToBeReplaced(before)) {
      Object.assign(entry, before);
      return before.state as EndState;
    }
    if (CancellationScope.current().consideredCancelled) return 'cancelled';
    const work = async (retried: number): Promise<EndState> => {
      await gate.pass();
      if (step.if !== undefined && evaluate(parseExpression(step.if), scope()) !== true) {
        entry.summary = `skipped: ${step.if} is false`;
        return 'skipped';
      }
      if (reused && !isToBeReplaced(reused)) return accept(entry, reused);
      const replaces = before || reused ? input.replaces : undefined;
      const carryOut = () => carryOutStep(step, entry, { replaces, retried });
      return accept(entry, await healing.carryOut(step.id, carryOut));
    };
    try {
      return await (plan.on_step_failure === 'wait' ? untilMended(step.id, { waiting, state }, work) : work(0));
    } catch (error) {
      if (isCancellation(error)) return 'cancelled';
      entry.failure = stepFailure(error);
      return 'failed';
    }
  }

  /** Whether another document's step could not read what this one has made. */
  function isToBeReplaced(made: Pick<StepState, 'artifacts' | 'outputs'>): boolean {
    return input.replaces !== undefined && madeBy(made).includes(input.replaces);
  }

  /** A person approves, a child workflow runs a pipeline, an activity does the rest. */
  async function carryOutStep(
    step: PlannedStep,
    entry: StepState,
    how: { replaces?: string | undefined; retried?: number } = {},
  ): Promise<StepResult> {
    const options = fillOptions(step.with, scope());
    if (step.uses === 'approve')
      return await askForApproval(step.id, options, { runId, waiting, state, plan: plan.steps });
    if (step.uses !== 'pipeline') return await attempt(step, step.uses, entry, options, how);
    begin(entry);
    const reuse = mustRun(step, undefined) === undefined;
    return await children.carryOut(step, entry, pins!, { reuse, replaces: how.replaces });
  }

  function accept(entry: StepState, { outputs, summary, artifacts, reusedFrom, because }: StepResult): EndState {
    Object.assign(entry, { outputs, summary, artifacts, ...(because === undefined ? {} : { because }) });
    if (reusedFrom === undefined) return 'succeeded';
    entry.reusedFrom = reusedFrom;
    return 'reused';
  }

  /** The step is shown as running meanwhile; when it cannot be made again, it has still ended as it had ended. */
  async function makeAgain(id: string, digest: string, why: { for: string; because: string }): Promise<void> {
    const entry = state.steps[id]!;
    const before = { ...entry };
    entry.madeAgain = [...(entry.madeAgain ?? []), why];
    try {
      const carryOut = () => carryOutStep(steps.get(id)!, entry, { replaces: digest });
      const result = await healing.carryOut(id, carryOut);
      delete entry.reusedFrom;
      entry.state = accept(entry, result);
      entry.endedAt = Date.now();
    } catch (error) {
      Object.assign(entry, { ...before, madeAgain: entry.madeAgain });
      throw error;
    }
    showDetails();
  }

  async function attempt(
    step: PlannedStep,
    uses: ActivityKind,
    entry: StepState,
    options: StepInput['with'],
    { replaces, retried = 0 }: { replaces?: string | undefined; retried?: number },
  ): Promise<StepResult> {
    const whyAnyway = mustRun(step, replaces);
    if (whyAnyway !== undefined) entry.because = whyAnyway;
    const request: StepInput = {
      runId,
      pipeline: plan.pipeline,
      step: step.id,
      uses,
      with: options,
      pins: pins!,
      reuse: whyAnyway === undefined,
      ...(whyAnyway === undefined ? {} : { because: whyAnyway }),
      ...acceptVersions,
      ...(replaces === undefined ? {} : { replaces }),
      ...(retried > 0 ? { retried } : {}),
      maxAttempts: step.retry.max_attempts,
    };
    // A step that waits for the device should not wait for it only to learn that there is nothing to do.
    if (request.reuse && step.queue === 'gpu') {
      const hit = await light.reuse.executeWithOptions(
        { activityId: `${step.id}:reuse`, summary: `is ${step.id} done already?` },
        [request],
      );
      if (hit) return hit;
    }
    const acts = proxyActivities<Activities>({
      activityId: step.id,
      summary: summaryOf(step, replaces === undefined ? entry.because : 'made again'),
      taskQueue: queues[step.queue],
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
    const start = async () => {
      begin(entry);
      return await acts[uses](request);
    };
    if (!keepsProgress[uses]) return await start();
    return await gate.throughPauses(start, () => {
      entry.state = 'waiting';
      showDetails();
    });
  }

  function begin(entry: StepState): void {
    entry.state = 'running';
    entry.startedAt ??= Date.now();
    showDetails();
  }

  /** Why a step is carried out whether or not an equal one has been. */
  function mustRun(step: PlannedStep, replaces: string | undefined): string | undefined {
    if (replaces !== undefined) return 'an artifact of it could not be read';
    if (again?.has(step.id)) return `rerun --from ${from}`;
    if (!input.reuse) return '--no-reuse';
    return step.reuse ? undefined : 'reuse: false';
  }

  async function pause(): Promise<void> {
    if (state.status !== 'running') return;
    state.status = 'paused';
    gate.close();
    showDetails();
    await children.pause();
  }

  async function goOn(): Promise<void> {
    if (state.status !== 'paused') return;
    state.status = 'running';
    gate.open();
    showDetails();
    await children.goOn();
  }

  function end(id: string, ended: EndState): void {
    const entry = state.steps[id]!;
    entry.state = ended;
    entry.endedAt ??= Date.now();
    showDetails();
  }

  function scope() {
    const made = Object.entries(state.steps).map(([id, step]) => [id, { outputs: step.outputs ?? {} }]);
    return {
      inputs: plan.inputs,
      steps: Object.fromEntries(made) as Record<string, unknown>,
      run: { id: runId, pipeline: plan.pipeline },
    };
  }

  /** Runs on the queue of the host that holds the files, never in the device slot that the training occupies. */
  async function publish(saved: SavedCheckpoint): Promise<void> {
    const host = proxyActivities<Activities>({
      taskQueue: saved.queue,
      startToCloseTimeout: '1h',
      heartbeatTimeout: input.heartbeat ?? lightHeartbeatTimeout,
      scheduleToCloseTimeout: '2h',
      retry: { initialInterval: '5s', maximumAttempts: 5 },
      activityId: `${saved.step}:checkpoint-${saved.checkpoint}`,
      summary: `keeps checkpoint ${saved.checkpoint} of ${saved.step}`,
    });
    try {
      await host.publishCheckpoint(saved);
    } catch {
      // The training holds newer checkpoints on its own disk; a copy that could not be made costs nothing now.
    }
  }

  /** Disk space is no reason for a run that has succeeded to end otherwise. */
  async function prune(): Promise<void> {
    // What a pipeline makes that runs as a step may be read by the steps after it.
    if (workflowInfo().parent || plan.keep?.intermediates === 'always') return;
    if (!stepsWithin(plan).some(({ uses }) => uses === 'import')) return;
    const options = {
      activityId: 'prune',
      summary: 'drops what was made only on the way',
      retry: { maximumAttempts: 3 },
    };
    const dropped = await light.prune.executeWithOptions(options, [{ runId }]).catch(() => undefined);
    if (dropped && dropped.artifacts > 0) state.dropped = dropped;
  }

  /** Temporal's own rule knows only the first failure. */
  async function heedFailures(): Promise<void> {
    const { id, pauseOnFailure = 1 } = input.schedule ?? {};
    if (id === undefined || pauseOnFailure < 2) return;
    const options = {
      activityId: 'pause-schedule',
      summary: `pauses ${id} after ${pauseOnFailure} failures in a row`,
      retry: { maximumAttempts: 10 },
    };
    // The run has failed in any case, and says why.
    await light.pauseSchedule.executeWithOptions(options, [{ runId, schedule: id, pauseOnFailure }]).catch(() => {});
  }

  function showDetails(): void {
    const lines = Object.entries(state.steps).flatMap(([id, step]) => [
      `- **${id}** ${step.state}${step.summary ? `: ${step.summary}` : ''}${step.because ? ` (${step.because})` : ''}${step.run ? ` (\`${step.run}\`)` : ''}`,
      ...waitsForLines(step),
    ]);
    setCurrentDetails([...(gate.closed ? ['**paused**', ''] : []), ...lines].join('\n'));
  }

  async function finish(): Promise<RunState> {
    const ends = Object.values(state.steps).map((step) => step.state);
    if (state.status === 'running' || state.status === 'paused') {
      if (CancellationScope.current().consideredCancelled) state.status = 'cancelled';
      else state.status = ends.includes('failed') || ends.includes('blocked') ? 'failed' : 'succeeded';
    }
    for (const step of Object.values(state.steps)) {
      if (step.state === 'waiting' || step.state === 'running')
        step.state = state.status === 'cancelled' ? 'cancelled' : 'blocked';
    }
    state.endedAt = Date.now();
    if (state.status === 'succeeded' && plan.outputs) state.outputs = documentOutputs(plan.outputs, scope());
    await CancellationScope.nonCancellable(async () => {
      if (state.status === 'succeeded') await prune();
      await light.record.executeWithOptions({ activityId: 'record', summary: `the run ${state.status}` }, [
        state as RunState,
      ]);
      if (state.status === 'failed') {
        await heedFailures();
        await startTelling(input, state as RunState);
      }
    });
    if (state.status === 'succeeded') return state as RunState;
    if (state.status === 'cancelled') await CancellationScope.current().cancelRequested; // rejects: the run closes as cancelled
    throw ApplicationFailure.nonRetryable(whatFailed(state as RunState), 'RUN_FAILED', state, children.continuations);
  }
}

type Draft<T> = { -readonly [K in keyof T]: T[K] };

function startState(runId: string, input: RunInput): Draft<RunState> {
  return {
    runId,
    pipeline: input.plan.pipeline,
    status: 'running',
    steps: Object.fromEntries(
      input.plan.steps.map((step) => [step.id, { uses: step.uses, state: 'waiting' as const }]),
    ),
    startedAt: Date.now(),
    ...(input.rerun ? { rerun: input.rerun } : {}),
  };
}

/** Temporal takes 400 bytes. */
const summaryOf = ({ id, uses }: PlannedStep, because: string | undefined) =>
  `${id}: ${uses}${because === undefined ? '' : `, ${because}`}`.slice(0, 130);

function whatFailed(state: RunState): string {
  if (state.failure) return state.failure.message;
  const failed = Object.entries(state.steps).filter(([, step]) => step.state === 'failed');
  return failed.map(([id, step]) => `${id}: ${step.failure?.message ?? 'failed'}`).join('; ') || 'the run failed';
}
