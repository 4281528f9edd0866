import {
  allHandlersFinished,
  condition,
  continueAsNew,
  isCancellation,
  setHandler,
  sleep,
  workflowInfo,
} from '@temporalio/workflow';
import { boundedState } from '../core/run/bounded-state.ts';
import { graphOf } from '../core/run/expand-matrix.ts';
import { homeQueue } from '../core/run/home-queues.ts';
import { runGraph } from '../core/run/run-graph.ts';
import { runIdOf } from '../core/run/run-id.ts';
import { type EndState, hasEnded, type RunState } from '../core/run/run-state.ts';
import { block, cancel, skip } from '../core/run/step-transitions.ts';
import type { Queues } from '../protocol/activities.ts';
import type { RunInput, RunPipeline } from '../protocol/run-input.ts';
import { checkpointSaved, pauseSignal, pinsQuery, resumeSignal, stateQuery } from './messages.ts';
import { WaitingNotifications } from './notifications/waiting-notifications.ts';
import { fitsIntoInput, nextInput } from './run/continuation.ts';
import { CurrentRun } from './run/current-run.ts';
import { stepFailure } from './run/failures.ts';
import { finish } from './run/finish.ts';
import { defaultHistoryLimits, HistoryWatch } from './run/history-watch.ts';
import { type HostActivities, hostActivities, publishCheckpoint } from './run/host-activities.ts';
import { PauseGate } from './run/pause-gate.ts';
import { ChildPipelines } from './steps/child-pipelines.ts';
import { StepRunner } from './steps/run-step.ts';
import { WaitingSteps } from './steps/waiting-steps.ts';

/** Carries out a plan: every step is one activity named by its id, started the moment its needs end. */
export async function runPipeline(given: RunInput): Promise<RunState> {
  const input = { ...given, queues: homeQueues(given.queues) };
  const run = new CurrentRun(input.runId ?? runIdOf(workflowInfo().workflowId), input);
  const { state } = run;
  const gate = new PauseGate(state.status === 'paused');
  const children = new ChildPipelines(run.id, input);
  const next = () => nextInput(run, children.continuations);
  const history = new HistoryWatch(input.historyLimits ?? defaultHistoryLimits, () => fitsIntoInput(next()));
  const people = new WaitingSteps(run, { notifications: new WaitingNotifications(run), history });
  const host = hostActivities(input);
  const steps = new StepRunner(run, { gate, history, people, children, host });

  setHandler(stateQuery, () => boundedState(state));
  setHandler(pinsQuery, () => run.pins);
  setHandler(checkpointSaved, (saved) => history.keepOpen(() => publishCheckpoint(saved, input)));
  setHandler(pauseSignal, pause, { description: 'Stop at the next checkpoint and start nothing new until resumed.' });
  setHandler(resumeSignal, resume, { description: 'Continue after a pause.' });

  let hasLeft = false;
  try {
    if (!input.continued) await pin(run, host);
    const graph = runGraph(graphOf(run.plan), (id, before) => steps.runStep(id, before), writeEnd);
    hasLeft = (await Promise.race([graph, history.left])) === 'left';
    // Steps that have just ended are written down in promises that follow; the timer lets all of them run.
    if (hasLeft) await sleep('1ms');
    await condition(allHandlersFinished);
  } catch (error) {
    // Only `pin` can end up here, or a cancellation: steps report their failures as data.
    hasLeft = false;
    state.status = isCancellation(error) ? 'cancelled' : 'failed';
    if (state.status === 'failed') state.failure = stepFailure(error);
  }
  if (hasLeft) await continueAsNew<RunPipeline>(next());
  return await finish(run, host, children.continuations);

  async function pause(): Promise<void> {
    if (state.status !== 'running') return;
    gate.close();
    run.writeStatus('paused');
    await children.pause();
  }

  async function resume(): Promise<void> {
    if (state.status !== 'paused') return;
    gate.open();
    run.writeStatus('running');
    await children.resume();
  }

  /** Steps that were started have written their ends themselves. */
  function writeEnd(id: string, end: EndState): void {
    const step = run.step(id);
    if (hasEnded(step)) return;
    const stop = end === 'blocked' ? block : end === 'skipped' ? skip : cancel;
    run.write(id, stop(step, Date.now()));
  }
}

const homeQueues = ({ gpu, cpu, host }: Queues): Queues => ({ gpu, cpu: homeQueue(cpu), host: homeQueue(host) });

/** Reads what the document names, and finds which results can be reused. */
async function pin(run: CurrentRun, host: HostActivities): Promise<void> {
  const { id, input, plan, pins } = run;
  const options = { activityId: 'pin', summary: 'pin files and models, find results to reuse' };
  const accepted = input.acceptVersions ? { acceptVersions: true } : {};
  const rerun = input.rerun ? { rerun: input.rerun } : {};
  const request = { runId: id, plan, reuse: input.reuse, ...rerun, ...accepted, ...(pins ? { pins } : {}) };
  const pinned = await host.pin.executeWithOptions(options, [request]);
  run.pins = pinned.pins;
  run.reused = pinned.reused;
  for (const [step, because] of Object.entries(pinned.because ?? {})) run.write(step, { ...run.step(step), because });
}
