import { setTimeout as delay } from 'node:timers/promises';
import { readRecord } from '../../cli/runs/known-runs.ts';
import type { RunState } from '../../core/run/run-state.ts';
import { saveEvery } from './document.ts';
import type { PlannedFault } from './faults.ts';
import { type Inflicted, shake } from './inflict-faults.ts';
import { type Outcome, outcomeOf } from './outcome.ts';
import { RunWatch } from './run-watch.ts';
import { closing, makeStack, type Stack, startRun, stopStack } from './stack.ts';
import { patience } from './until.ts';

export interface ShakenRun {
  runId: string;
  /** The run's home, kept when something is wrong. */
  root: string;
  faults: readonly Inflicted[];
  /** Undefined when the run did not succeed. */
  outcome: Outcome | undefined;
  /** What is wrong, apart from what came out. */
  troubles: readonly string[];
}

/** The run that all others are compared with. */
export async function runUndisturbed(root: string, inputs: string, tell: (line: string) => void): Promise<Outcome> {
  const stack = await makeStack(root);
  try {
    const state = await succeeded(stack, await startRun(stack, inputs));
    const seconds = (from = 0, to = 0) => `${((to - from) / 1000).toFixed(1)} s`;
    const steps = Object.entries(state.steps).map(([id, step]) => `${id} ${seconds(step.startedAt, step.endedAt)}`);
    tell(`undisturbed: ${steps.join(', ')}`);
    return await outcomeOf(stack.home, state);
  } finally {
    await stopStack(stack);
  }
}

/** A run under faults, from the first service that comes up to the last that goes. */
export async function runShaken(
  root: string,
  inputs: string,
  how: { faults: readonly PlannedFault[]; tell: (line: string) => void },
): Promise<ShakenRun> {
  const stack = await makeStack(root);
  const inflicted: Inflicted[] = [];
  const troubles: string[] = [];
  let runId = '';
  let outcome: Outcome | undefined;
  try {
    runId = await startRun(stack, inputs);
    await shake({ home: stack.home, runId, ...how, inflicted });
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

/** The record of a run that ends as it should; throws what it did instead. */
async function succeeded(stack: Stack, runId: string): Promise<RunState> {
  const run = new RunWatch(stack.home, runId);
  for (let limit = 0, before = ''; !run.ended; await delay(100)) {
    const now = JSON.stringify(await run.position());
    if (now !== before) limit = Date.now() + patience;
    before = now;
    if (Date.now() > limit) throw new Error(`stands still for ${patience / 1000} s at ${now}`);
  }
  const state = await readRecord(stack.home.runs, runId);
  const failed = Object.entries(state?.steps ?? {}).find(([, step]) => step.failure);
  const why = failed
    ? `${failed[0]}: ${failed[1].failure!.message} [${failed[1].failure!.code}]`
    : state?.failure?.message;
  if (state?.status !== 'succeeded') throw new Error(`the run ${state?.status}: ${why ?? 'without a reason'}`);
  const closed = await closing(stack, runId, patience);
  if (closed !== 'COMPLETED') throw new Error(`its record says succeeded, Temporal says ${closed}`);
  return state;
}

/** What a kill must not do even if the result is right. */
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
