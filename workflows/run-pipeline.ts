import {
  ApplicationFailure,
  allHandlersFinished,
  CancellationScope,
  condition,
  isCancellation,
  proxyActivities,
  setCurrentDetails,
  setHandler,
} from '@temporalio/workflow';
import type { Activities, Pins, SavedCheckpoint, StepInput, StepResult } from '../activities/contract.ts';
import { milliseconds } from '../core/duration.ts';
import { evaluate, fillOptions } from '../core/evaluate-expression.ts';
import { parseExpression } from '../core/expression.ts';
import type { PlannedStep } from '../core/plan.ts';
import { type EndState, runGraph } from '../core/run-graph.ts';
import type { RunState, StepState } from '../core/run-state.ts';
import { stepFailure } from './failures.ts';
import { checkpointSaved, pinsQuery, stateQuery } from './messages.ts';
import type { RunInput } from './run-input.ts';
import { attemptTimeout, heartbeatTimeout, lightHeartbeatTimeout } from './timeouts.ts';

/** Carries out a plan: every step as one activity named by its id, started the moment its needs end. */
export async function runPipeline(input: RunInput): Promise<RunState> {
  const { plan, queues, runId } = input;
  const state = startState(input);
  let pins: Pins | null = input.resume?.pins ?? null;
  setHandler(stateQuery, () => state as RunState);
  setHandler(pinsQuery, () => pins);
  setHandler(checkpointSaved, publish);

  const light = proxyActivities<Activities>({
    taskQueue: queues.host,
    startToCloseTimeout: '1h',
    heartbeatTimeout: input.heartbeat ?? lightHeartbeatTimeout,
    retry: { initialInterval: '1s', maximumInterval: '1m' },
  });
  const steps = new Map(plan.steps.map((step) => [step.id, step]));

  try {
    const pinned = await light.pin.executeWithOptions({ activityId: 'pin', summary: 'reads what the document names' }, [
      { runId, plan, reuse: input.reuse, ...(pins ? { pins } : {}) },
    ]);
    pins = pinned.pins;
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
    if (before) {
      Object.assign(entry, before);
      return before.state as EndState;
    }
    if (CancellationScope.current().consideredCancelled) return 'cancelled';
    try {
      const scope = { inputs: plan.inputs, steps: outputs(), run: { id: runId, pipeline: plan.pipeline } };
      if (step.if !== undefined && evaluate(parseExpression(step.if), scope) !== true) {
        entry.summary = `skipped: ${step.if} is false`;
        return 'skipped';
      }
      const result = reused ?? (await attempt(step, entry, fillOptions(step.with, scope)));
      entry.outputs = result.outputs;
      entry.summary = result.summary;
      if (!result.reusedFrom) return 'succeeded';
      entry.reusedFrom = result.reusedFrom;
      return 'reused';
    } catch (error) {
      if (isCancellation(error)) return 'cancelled';
      entry.failure = stepFailure(error);
      return 'failed';
    }
  }

  async function attempt(step: PlannedStep, entry: StepState, options: StepInput['with']): Promise<StepResult> {
    const request: StepInput = {
      runId,
      step: step.id,
      uses: step.uses,
      with: options,
      pins: pins!,
      reuse: input.reuse && step.reuse,
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
    entry.state = 'running';
    entry.startedAt = Date.now();
    showDetails();
    const acts = proxyActivities<Activities>({
      activityId: step.id,
      summary: `${step.id}: ${step.uses}`,
      taskQueue: queues[step.queue],
      startToCloseTimeout: attemptTimeout,
      heartbeatTimeout: input.heartbeat ?? heartbeatTimeout[step.uses],
      // Deploys and lost workers count as attempts in Temporal, so the activity itself decides when enough is enough.
      retry: {
        initialInterval: milliseconds(step.retry.initial_interval),
        backoffCoefficient: step.retry.backoff,
        // A first wait that is longer than the longest is meant as it stands.
        maximumInterval: Math.max(milliseconds(step.retry.max_interval), milliseconds(step.retry.initial_interval)),
      },
    });
    return await acts[step.uses](request);
  }

  function end(id: string, ended: EndState): void {
    const entry = state.steps[id]!;
    entry.state = ended;
    entry.endedAt ??= Date.now();
    showDetails();
  }

  function outputs(): Record<string, unknown> {
    return Object.fromEntries(Object.entries(state.steps).map(([id, step]) => [id, { outputs: step.outputs ?? {} }]));
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

  function showDetails(): void {
    setCurrentDetails(
      Object.entries(state.steps)
        .map(([id, step]) => `- **${id}** ${step.state}${step.summary ? `: ${step.summary}` : ''}`)
        .join('\n'),
    );
  }

  async function finish(): Promise<RunState> {
    const ends = Object.values(state.steps).map((step) => step.state);
    if (state.status === 'running') {
      if (CancellationScope.current().consideredCancelled) state.status = 'cancelled';
      else state.status = ends.includes('failed') || ends.includes('blocked') ? 'failed' : 'succeeded';
    }
    for (const step of Object.values(state.steps)) {
      if (step.state === 'waiting' || step.state === 'running')
        step.state = state.status === 'cancelled' ? 'cancelled' : 'blocked';
    }
    state.endedAt = Date.now();
    await CancellationScope.nonCancellable(async () => {
      await light.record.executeWithOptions({ activityId: 'record', summary: `the run ${state.status}` }, [
        state as RunState,
      ]);
    });
    if (state.status === 'succeeded') return state as RunState;
    if (state.status === 'cancelled') await CancellationScope.current().cancelRequested; // rejects: the run closes as cancelled
    throw ApplicationFailure.nonRetryable(whatFailed(state as RunState), 'RUN_FAILED', state);
  }
}

type Draft<T> = { -readonly [K in keyof T]: T[K] };

function startState(input: RunInput): Draft<RunState> {
  return {
    runId: input.runId,
    pipeline: input.plan.pipeline,
    status: 'running',
    steps: Object.fromEntries(
      input.plan.steps.map((step) => [step.id, { uses: step.uses, state: 'waiting' as const }]),
    ),
    startedAt: Date.now(),
  };
}

function whatFailed(state: RunState): string {
  if (state.failure) return state.failure.message;
  const failed = Object.entries(state.steps).filter(([, step]) => step.state === 'failed');
  return failed.map(([id, step]) => `${id}: ${step.failure?.message ?? 'failed'}`).join('; ') || 'the run failed';
}
