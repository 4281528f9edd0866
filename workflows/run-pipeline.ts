import {
  allHandlersFinished,
  condition,
  continueAsNew,
  isCancellation,
  proxyActivities,
  setHandler,
  sleep,
  workflowInfo,
} from '@temporalio/workflow';
import { boundedState } from '../core/run/bounded-state.ts';
import { expandPlan, graphOf, instancesOf } from '../core/run/expand-matrix.ts';
import { type EndState, runGraph, withDependents } from '../core/run/run-graph.ts';
import { runIdOf } from '../core/run/run-id.ts';
import type { RunState } from '../core/run/run-state.ts';
import type { Activities, SavedCheckpoint } from '../protocol/activities.ts';
import type { RunInput } from '../protocol/run-input.ts';
import { checkpointSaved, pauseSignal, pinsQuery, resumeSignal, stateQuery } from './messages.ts';
import { WaitingNotices } from './notifications/waiting-notifications.ts';
import { cancellationType } from './run/cancellation.ts';
import { continuation, fitsIntoInput } from './run/continuation.ts';
import { Details } from './run/details.ts';
import { stepFailure } from './run/failures.ts';
import { finish } from './run/finish.ts';
import { HistoryWatch, usualLimits } from './run/history-watch.ts';
import { PauseGate } from './run/pause-gate.ts';
import { type Run, startState } from './run/run-parts.ts';
import { lightHeartbeatTimeout } from './run/timeouts.ts';
import { ChildPipelines } from './steps/child-pipelines.ts';
import { Healing } from './steps/healing.ts';
import { Matrices } from './steps/matrices.ts';
import { publish } from './steps/publish.ts';
import { makeAgain, runStep } from './steps/run-step.ts';
import { Slots } from './steps/slots.ts';
import { WaitingSteps } from './steps/waiting-steps.ts';

/**
 * Steps of one queue that are under way at a time. Temporal allows 2,000 activities, but 4 MB in one task, and 5 seconds
 * for making it; more than a hundred devices are a rare sight.
 */
const mostUnderWay = 100;

/** Carries out a plan: every step as one activity named by its id, started the moment its needs end. */
export async function runPipeline(input: RunInput): Promise<RunState> {
  const run = begin(input);
  const { state } = run;
  setHandler(stateQuery, () => boundedState(state as RunState));
  setHandler(pinsQuery, () => run.pins);
  setHandler(checkpointSaved, (saved: SavedCheckpoint) => publish(run, saved));
  setHandler(pauseSignal, pause, { description: 'Stop at the next checkpoint and start nothing new until resumed.' });
  setHandler(resumeSignal, goOn, { description: 'Go on after a pause.' });

  let next: RunInput | undefined;
  try {
    if (!input.continued) await pin(run);
    const graph = runGraph(graphOf(run.plan), (id, before) => runStep(run, run.steps.get(id)!, before), end);
    const ended = await Promise.race([graph, run.history.left]);
    if (ended === 'left') {
      // What has just ended is written down in the promises that follow; the timer lets all of them run.
      await sleep('1ms');
      next = continuation(run);
    }
    await condition(allHandlersFinished);
  } catch (error) {
    // Only `pin` can end up here, or a cancellation: steps report their failures as data.
    next = undefined;
    state.status = isCancellation(error) ? 'cancelled' : 'failed';
    if (state.status === 'failed') state.failure = stepFailure(error);
  }
  if (next) await continueAsNew<typeof runPipeline>(next);
  return await finish(run);

  async function pause(): Promise<void> {
    if (state.status !== 'running') return;
    state.status = 'paused';
    run.gate.close();
    run.details.show();
    await run.children.pause();
  }

  async function goOn(): Promise<void> {
    if (state.status !== 'paused') return;
    state.status = 'running';
    run.gate.open();
    run.details.show();
    await run.children.goOn();
  }

  function end(id: string, ended: EndState): void {
    const entry = state.steps[id]!;
    entry.state = ended;
    entry.endedAt ??= Date.now();
    run.details.show();
  }
}

function begin(input: RunInput): Run {
  const { plan } = input;
  const id = input.runId ?? runIdOf(workflowInfo().workflowId);
  const state = startState(id, input);
  const gate = new PauseGate();
  if (state.status === 'paused') gate.close();
  const notices = new WaitingNotices(() => run);
  const run: Run = {
    id,
    input,
    plan,
    state,
    pins: input.resume?.pins ?? null,
    reused: input.continued?.reused ?? {},
    steps: new Map(expandPlan(plan).map((step) => [step.id, step])),
    instances: new Map(plan.steps.flatMap((step) => (step.matrix ? [[step.id, instancesOf(step)]] : []))),
    gate,
    matrices: new Matrices(plan),
    slots: { gpu: new Slots(mostUnderWay), cpu: new Slots(mostUnderWay) },
    history: new HistoryWatch(input.historyLimits ?? usualLimits, () => fitsIntoInput(continuation(run))),
    details: new Details(state as RunState),
    waiting: new WaitingSteps(
      id,
      state.steps,
      (step) => {
        run.details.show({ isLast: true });
        notices.begun(step);
      },
      // A new execution would ask the person once more.
      (wait) => run.history.count(wait),
    ),
    children: new ChildPipelines(id, input),
    again: input.rerun?.from === undefined ? new Set() : withDependents(plan.steps, input.rerun.from),
    healing: new Healing(state.steps, (maker, digest, why) => makeAgain(run, maker, digest, why)),
    light: proxyActivities<Activities>({
      taskQueue: input.queues.host,
      startToCloseTimeout: '1h',
      heartbeatTimeout: input.heartbeat ?? lightHeartbeatTimeout,
      cancellationType,
      retry: { initialInterval: '1s', maximumInterval: '1m' },
    }),
  };
  return run;
}

async function pin(run: Run): Promise<void> {
  const { id, input, plan, pins } = run;
  const options = { activityId: 'pin', summary: 'reads what the document names' };
  const accepted = input.acceptVersions ? { acceptVersions: true } : {};
  const rerun = input.rerun ? { rerun: input.rerun } : {};
  const request = { runId: id, plan, reuse: input.reuse, ...rerun, ...accepted, ...(pins ? { pins } : {}) };
  const pinned = await run.light.pin.executeWithOptions(options, [request]);
  run.pins = pinned.pins;
  run.reused = pinned.reused;
  for (const [step, because] of Object.entries(pinned.because ?? {})) run.state.steps[step]!.because = because;
}
