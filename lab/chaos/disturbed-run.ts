import { setTimeout as delay } from 'node:timers/promises';
import { readRecord } from '../../cli/runs/known-runs.ts';
import type { RunState } from '../../core/run/run-state.ts';
import { saveEvery } from './document.ts';
import type { PlannedFault } from './faults.ts';
import { type Inflicted, inflictFaults } from './inflict-faults.ts';
import { type Outcome, outcomeOf } from './outcome.ts';
import { RunWatch } from './run-watch.ts';
import { closing, makeStack, type Stack, startRun, stopStack } from './stack.ts';
import { maxStandstillMs } from './until.ts';

export interface DisturbedRun {
  runId: string;
  /** The run's home, kept when something is wrong. */
  root: string;
  faults: readonly Inflicted[];
  /** Undefined when the run did not succeed. */
  outcome: Outcome | undefined;
  /** What is wrong, apart from a different outcome. */
  troubles: readonly string[];
}

/** The run that all others are compared with. */
export async function runUndisturbed(root: string, inputs: string, log: (line: string) => void): Promise<Outcome> {
  const stack = await makeStack(root);
  try {
    const state = await succeeded(stack, await startRun(stack, inputs));
    const seconds = (from = 0, to = 0) => `${((to - from) / 1000).toFixed(1)} s`;
    const steps = Object.entries(state.steps).map(([id, step]) => `${id} ${seconds(step.startedAt, step.endedAt)}`);
    log(`undisturbed: ${steps.join(', ')}`);
    return await outcomeOf(stack.home, state);
  } finally {
    await stopStack(stack);
  }
}

/** Runs the document under faults, from starting its services to stopping them. */
export async function runDisturbed(
  root: string,
  inputs: string,
  how: { faults: readonly PlannedFault[]; log: (line: string) => void },
): Promise<DisturbedRun> {
  const stack = await makeStack(root);
  const inflicted: Inflicted[] = [];
  const troubles: string[] = [];
  let runId = '';
  let outcome: Outcome | undefined;
  try {
    runId = await startRun(stack, inputs);
    await inflictFaults({ home: stack.home, runId, ...how, inflicted });
    const state = await succeeded(stack, runId);
    outcome = await outcomeOf(stack.home, state);
    troubles.push(...(await brokenPromises(stack, runId, inflicted)));
  } catch (error) {
    troubles.push((error as Error).message);
  }
  const left = await stopStack(stack).catch((error: Error) => [error.message]);
  if (left.length > 0) troubles.push(`left running after \`temper down\`: ${left.join('; ')}`);
  return { runId, root, faults: inflicted, outcome, troubles };
}

/** Waits for a run to succeed and returns its record. Throws if it does not. */
async function succeeded(stack: Stack, runId: string): Promise<RunState> {
  const run = new RunWatch(stack.home, runId);
  for (let limit = 0, before = ''; !run.ended; await delay(100)) {
    const now = JSON.stringify(await run.position());
    if (now !== before) limit = Date.now() + maxStandstillMs;
    before = now;
    if (Date.now() > limit) throw new Error(`no progress for ${maxStandstillMs / 1000} s at ${now}`);
  }
  const state = await readRecord(stack.home.runs, runId);
  const failed = Object.entries(state?.steps ?? {}).find(([, step]) => step.failure);
  const why = failed
    ? `${failed[0]}: ${failed[1].failure!.message} [${failed[1].failure!.code}]`
    : state?.failure?.message;
  if (state?.status !== 'succeeded') throw new Error(`the run ${state?.status}: ${why ?? 'no reason given'}`);
  const closed = await closing(stack, runId, maxStandstillMs);
  if (closed !== 'COMPLETED') throw new Error(`its record says succeeded, Temporal says ${closed}`);
  return state;
}

/** Promises that a kill must not break even if the result is right. */
async function brokenPromises({ home }: Stack, runId: string, faults: readonly Inflicted[]): Promise<string[]> {
  const dear = faults.filter(({ lost }) => lost > saveEvery);
  const quarantined = (await new RunWatch(home, runId).ledger('train')).flatMap((line) =>
    line.event === 'quarantined' ? [line.reason] : [],
  );
  return [
    ...dear.map(
      ({ kind, at, lost }) => `${kind} at step ${at.trainingStep} cost ${lost} steps, with a save every ${saveEvery}`,
    ),
    ...quarantined.map((reason) => `a kill left a broken checkpoint under its final name: ${reason}`),
  ];
}
