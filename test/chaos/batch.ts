import { execFile } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { readRecord } from '../../cli/runs.ts';
import { cacheDir } from '../../services/home.ts';
import { ensurePython } from '../../services/setup/python.ts';
import { questions, rows } from './document.ts';
import { type FaultKind, planFaults } from './faults.ts';
import { differences, type Outcome, outcomeOf } from './outcome.ts';
import { Random } from './random.ts';
import { RunWatch } from './run-watch.ts';
import { type Durations, type Inflicted, patience, placeOf, shake } from './shaken-run.ts';
import { closing, makeStack, removeStack, type Stack, startRun, stopStack, writeInputs } from './stack.ts';

export interface ShakenRun {
  runId: string;
  faults: readonly Inflicted[];
  survived: boolean;
  /** What differs from the undisturbed run; undefined where there is nothing to compare. */
  differs: readonly string[] | undefined;
  /** What went wrong, and where to look. */
  trouble: string | undefined;
}

export interface BatchOptions {
  kills: number;
  seed: number;
  only?: FaultKind | undefined;
  tell: (line: string) => void;
}

const tinyModel = fileURLToPath(new URL('../trainer/tiny_model.py', import.meta.url));

/** Runs the document undisturbed, and then in new homes under faults until enough of them have counted. */
export async function runBatch({ kills, seed, only, tell }: BatchOptions): Promise<ShakenRun[]> {
  const root = await mkdtemp(join(tmpdir(), 'temper-chaos-'));
  const inputs = join(root, 'inputs');
  await writeInputs(inputs, { rows, questions });
  const python = await ensurePython(cacheDir(), tell);
  await promisify(execFile)(python.path, [tinyModel, join(inputs, 'model')]);
  const reference = await undisturbed(join(root, 'undisturbed'), inputs, tell);

  const random = new Random(seed);
  const runs: ShakenRun[] = [];
  let counted = 0;
  let idle = 0;
  while (counted < kills && idle < 3) {
    const faults = planFaults(random, kills - counted, only);
    tell(`run ${runs.length + 1}: ${faults.map(({ kind }) => kind).join(', ')}`);
    const run = await shaken(join(root, `shaken-${runs.length + 1}`), inputs, { faults, ...reference, tell });
    runs.push(run);
    counted += run.faults.length;
    idle = run.faults.length === 0 ? idle + 1 : 0;
    tell(`run ${runs.length}: ${run.trouble ?? 'survived, equal'}; ${counted} of ${kills} faults`);
  }
  if (runs.every(({ trouble }) => trouble === undefined)) await rm(root, { recursive: true, force: true });
  return runs;
}

interface Reference {
  outcome: Outcome;
  durations: Durations;
}

async function undisturbed(root: string, inputs: string, tell: (line: string) => void): Promise<Reference> {
  const stack = await makeStack(root);
  try {
    const runId = await startRun(stack, inputs);
    const run = new RunWatch(stack.home, runId);
    const loading = await trainerLoads(run);
    const how = await closing(stack, runId, 15 * 60_000);
    const state = await readRecord(stack.home.runs, runId);
    if (how !== 'COMPLETED' || state?.status !== 'succeeded')
      throw new Error(`the undisturbed run ${runId} in ${root} ended ${how}: ${JSON.stringify(state, null, 1)}`);
    const steps = Object.fromEntries(
      Object.entries(state.steps).map(([id, step]) => [id, (step.endedAt ?? 0) - (step.startedAt ?? 0)]),
    );
    tell(
      `undisturbed: ${Object.entries(steps)
        .map(([id, ms]) => `${id} ${(ms / 1000).toFixed(1)} s`)
        .join(', ')}`,
    );
    return { outcome: await outcomeOf(stack.home, state), durations: { loading, steps } };
  } finally {
    await stopStack(stack);
  }
}

/** Milliseconds from the beginning of the training step to its first line of training. */
async function trainerLoads(run: RunWatch): Promise<number> {
  let began: number | undefined;
  for (;;) {
    const position = await run.position();
    if (run.ended) return 5_000;
    if (position.step === 'train') {
      began ??= Date.now();
      if (position.phase !== 'loading') return Date.now() - began;
    }
    await delay(50);
  }
}

async function shaken(
  root: string,
  inputs: string,
  how: Reference & { faults: Parameters<typeof shake>[0]['faults']; tell: (line: string) => void },
): Promise<ShakenRun> {
  const stack = await makeStack(root);
  const faults: Inflicted[] = [];
  let runId = '';
  let differs: string[] | undefined;
  let trouble: string | undefined;
  try {
    runId = await startRun(stack, inputs);
    await shake({ home: stack.home, runId, ...how, inflicted: faults });
    trouble = await badEnd(stack, runId);
    if (!trouble) {
      differs = differences(how.outcome, await outcomeOf(stack.home, (await readRecord(stack.home.runs, runId))!));
      if (differs.length > 0) trouble = `differs from the undisturbed run in ${differs.join(', ')}`;
    }
  } catch (error) {
    trouble = (error as Error).message;
  }
  const survived = trouble === undefined || differs !== undefined;
  const left = await stopStack(stack).catch((error: Error) => [error.message]);
  if (left.length > 0)
    trouble = `${trouble ? `${trouble}; ` : ''}left running after \`temper down\`: ${left.join('; ')}`;
  if (trouble === undefined) await removeStack(stack);
  else {
    const last = faults.at(-1);
    trouble += `\n  Last fault: ${last ? `${last.kind} at ${placeOf(last.at)}` : 'none'}. Look into ${stack.home.runs}/${runId} and ${stack.home.logs}.`;
  }
  return { runId, faults, survived, differs, trouble };
}

/** Why the run is not what it would be without faults; undefined when it succeeded. */
async function badEnd(stack: Stack, runId: string): Promise<string | undefined> {
  const run = new RunWatch(stack.home, runId);
  const limit = { at: Date.now() + patience, seen: '' };
  while (!run.ended) {
    const seen = JSON.stringify(await run.position());
    if (seen !== limit.seen) Object.assign(limit, { at: Date.now() + patience, seen });
    if (Date.now() > limit.at) return `stands still for ${patience / 1000} s at ${seen}`;
    await delay(100);
  }
  const state = await readRecord(stack.home.runs, runId);
  if (state?.status !== 'succeeded') {
    const failed = Object.entries(state?.steps ?? {}).find(([, step]) => step.failure);
    return `the run ${state?.status}: ${failed ? `${failed[0]}: [${failed[1].failure!.code}] ${failed[1].failure!.message}` : 'without a reason'}`;
  }
  const how = await closing(stack, runId, patience);
  return how === 'COMPLETED' ? undefined : `its record says succeeded, Temporal says ${how}`;
}
