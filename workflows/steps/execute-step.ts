import { proxyActivities, workflowInfo } from '@temporalio/workflow';
import type { Json } from '../../core/handles.ts';
import { mapLeaves } from '../../core/json.ts';
import type { ActivityKind } from '../../core/kinds/registry.ts';
import { fillOptions } from '../../core/language/expression/evaluate.ts';
import type { Reason } from '../../core/reasons.ts';
import { milliseconds } from '../../core/run/duration.ts';
import { type StepInstance, stepOf } from '../../core/run/expand-matrix.ts';
import type { StepState } from '../../core/run/run-state.ts';
import { begin, hold } from '../../core/run/step-transitions.ts';
import { isNews, reasonWords } from '../../core/words/reasons.ts';
import type { Activities, Pins, StepInput, StepResult } from '../../protocol/activities.ts';
import type { CurrentRun } from '../run/current-run.ts';
import type { HistoryWatch } from '../run/history-watch.ts';
import { cancellationType, type HostActivities } from '../run/host-activities.ts';
import type { PauseGate } from '../run/pause-gate.ts';
import { askForApproval } from './approvals.ts';
import type { ChildPipelines } from './child-pipelines.ts';
import type { WaitingSteps } from './waiting-steps.ts';

/** One attempt may take weeks; the heartbeat bounds it. */
const attemptTimeout = '60d';

/** What executing a step needs besides the run. */
export interface ExecutionParts {
  readonly gate: PauseGate;
  readonly history: HistoryWatch;
  readonly people: WaitingSteps;
  readonly children: ChildPipelines;
  readonly host: HostActivities;
}

interface Execution {
  /** Digest of an artifact that this execution must publish again. */
  replaces: string | undefined;
  /** How often a person has said `retry`. */
  retried: number;
}

/** A person approves, a child workflow runs a pipeline, an activity does everything else. */
export async function executeStep(
  run: CurrentRun,
  parts: ExecutionParts,
  step: StepInstance,
  execution: Execution,
): Promise<StepResult> {
  const options = fillOptions(step.with, run.scopeFor(step));
  if (step.executor === 'person') return await askForApproval(run, parts.people, step.id, options);
  if (step.executor === 'activity') return await executeByActivity(run, parts, step, { ...execution, options });
  return await parts.history.withinHistory(async () => {
    run.write(step.id, begin(run.step(step.id), Date.now(), parts.children.runIdOf(step.id)));
    const reuse = whyNotReused(run, step) === undefined;
    return await parts.children.runChildPipeline(step, run.pins!, { reuse, replaces: execution.replaces });
  });
}

/** Returns why a step runs even if an equal one has run before; undefined where its result may be reused. */
function whyNotReused(run: CurrentRun, step: StepInstance, replaces?: string): Reason | undefined {
  const { input, rerunSteps } = run;
  if (replaces !== undefined) return whyNeededAgain(run.step(step.id));
  if (rerunSteps.has(stepOf(step.id))) return { code: 'rerun_from', facts: { step: input.rerun!.from! } };
  if (!input.reuse) return { code: 'no_reuse', facts: { by: 'command' } };
  return step.reuse ? undefined : { code: 'no_reuse', facts: { by: 'document' } };
}

/** Bytes that were cleared on purpose are no damage. */
function whyNeededAgain({ madeAgain = [] }: StepState): Reason {
  const because = madeAgain.at(-1)?.because;
  return because?.code === 'cleared' ? because : { code: 'needed_again', facts: {} };
}

/** First asks for a result to reuse, where that saves waiting for the device. */
async function executeByActivity(
  run: CurrentRun,
  { gate, history, host }: ExecutionParts,
  step: StepInstance,
  { replaces, retried, options }: Execution & { options: Json },
): Promise<StepResult> {
  const { input } = run;
  const { id, retry, exams = [] } = step;
  const uses = step.uses as ActivityKind;
  const because = whyNotReused(run, step, replaces);
  if (because !== undefined) run.write(id, { ...run.step(id), because });
  const request: StepInput = {
    runId: run.id,
    pipeline: run.plan.pipeline,
    step: id,
    uses,
    with: options,
    pins: pinsNamedIn([options, exams as Json], run.pins!),
    reuse: because === undefined,
    ...(because === undefined ? {} : { because }),
    ...(input.acceptVersions ? { acceptVersions: true } : {}),
    ...(replaces === undefined ? {} : { replaces }),
    ...(retried > 0 ? { retried } : {}),
    maxAttempts: retry.max_attempts,
    ...(step.timeout_minutes === undefined ? {} : { timeoutMinutes: step.timeout_minutes }),
    execution: workflowInfo().firstExecutionRunId,
    ...(exams.length === 0 ? {} : { exams }),
  };
  if (request.reuse && step.queue === 'gpu') {
    const asked = { activityId: `${id}:reuse`, summary: `look for a result of ${id} to reuse` };
    const reused = await history.withinHistory(() => host.reuse.executeWithOptions(asked, [request]));
    if (reused) return reused;
  }
  const activities = proxyActivities<Activities>({
    activityId: id,
    summary: summaryOf(step, run.step(id).because),
    taskQueue: input.queues[step.queue],
    startToCloseTimeout: attemptTimeout,
    heartbeatTimeout: input.heartbeat ?? step.heartbeat_timeout!,
    cancellationType,
    // Temporal counts deploys and lost workers as attempts, so the activity itself decides after how many it has failed.
    retry: {
      initialInterval: milliseconds(retry.initial_interval),
      backoffCoefficient: retry.backoff,
      // Temporal refuses a first interval that is longer than the maximum.
      maximumInterval: Math.max(milliseconds(retry.max_interval), milliseconds(retry.initial_interval)),
    },
  });
  const start = () =>
    history.withinHistory(async () => {
      run.write(id, begin(run.step(id), Date.now()));
      return await activities[uses](request);
    });
  if (!step.keeps_progress) return await start();
  return await gate.throughPauses(start, () => run.write(id, hold(run.step(id))));
}

/** Temporal takes 400 bytes, and shows the kind of the step before it. */
const summaryOf = ({ id }: StepInstance, because: Reason | undefined) =>
  `${id}${because && isNews(because) ? `: ${reasonWords(because)}` : ''}`.slice(0, 130);

/**
 * Returns the pins of what a step's options name: a run of a thousand files must not send all of them to each step. Bases are
 * few, and a step may need that of a model which an earlier step made, so each gets them all.
 */
function pinsNamedIn(options: Json, pins: Pins): Pins {
  const named = new Set<string>();
  mapLeaves(options, (leaf) => {
    if (typeof leaf === 'string') named.add(leaf);
    return leaf;
  });
  const only = <T>(record: Readonly<Record<string, T>>): Record<string, T> =>
    Object.fromEntries([...named].flatMap((name) => (Object.hasOwn(record, name) ? [[name, record[name]!]] : [])));
  const folders = Object.entries(pins.files).filter(([, { parts }]) => parts !== undefined);
  return {
    ...pins,
    files: { ...only(pins.files), ...Object.fromEntries(folders) },
    models: only(pins.models),
    ...(pins.adapters ? { adapters: only(pins.adapters) } : {}),
  };
}
