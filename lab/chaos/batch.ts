import { execFile } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { cacheDir } from '../../services/machine/home.ts';
import { ensurePython } from '../../services/setup/python/environment.ts';
import { runShaken, runUndisturbed, type ShakenRun } from './disturbed-run.ts';
import { type FaultKind, planFaults } from './faults.ts';
import { differences, type Outcome } from './outcome.ts';
import { writeInputs } from './stack.ts';

export interface BatchOptions {
  kills: number;
  seed: number;
  only?: FaultKind | undefined;
  /** Runs side by side, each with its own services. */
  lanes: number;
  tell: (line: string) => void;
}

export interface ComparedRun extends ShakenRun {
  /** What differs from the undisturbed run; undefined where nothing came out that could be compared. */
  differs: readonly string[] | undefined;
  /** Everything that is wrong with it, with the folder to look into. */
  trouble: string | undefined;
}

/** Runs in a row in which no fault could be inflicted, after which the batch ends short. */
const mostIdle = 3;

const tinyModel = fileURLToPath(new URL('../../test/trainer/tiny_model.py', import.meta.url));

/** Runs the document undisturbed, and in new homes under faults until enough of them have counted. Keeps what went wrong. */
export async function runBatch({ kills, seed, only, lanes, tell }: BatchOptions): Promise<ComparedRun[]> {
  const root = await mkdtemp(join(tmpdir(), 'temper-chaos-'));
  const inputs = join(root, 'inputs');
  await writeInputs(inputs);
  const python = await ensurePython(cacheDir(), tell);
  await promisify(execFile)(python.path, [tinyModel, join(inputs, 'model')]);

  const reference = runUndisturbed(join(root, 'undisturbed'), inputs, tell);
  reference.catch(() => {}); // each lane hears of it
  const runs: ComparedRun[] = [];
  let [started, planned, idle] = [0, 0, 0];
  const lane = async (): Promise<void> => {
    while (planned < kills && idle < mostIdle) {
      const index = started++;
      const faults = planFaults({ seed, index, wanted: kills - planned, only });
      planned += faults.length;
      const name = `run ${index + 1}`;
      tell(`${name}: ${faults.map(({ kind }) => kind).join(', ')}`);
      const run = await runShaken(join(root, `shaken-${index + 1}`), inputs, {
        faults,
        tell: (line) => tell(`${name}: ${line}`),
      });
      runs[index] = compare(run, await reference);
      planned -= faults.length - run.faults.length;
      idle = run.faults.length === 0 ? idle + 1 : 0;
      tell(`${name}: ${runs[index].trouble ?? 'survived, equal'}`);
      if (runs[index].trouble === undefined) await rm(run.root, { recursive: true, force: true });
    }
  };
  const others = Array.from({ length: lanes - 1 }, () => lane());
  const ends = await Promise.allSettled([reference.then(lane), ...others]);
  for (const end of ends) if (end.status === 'rejected') throw end.reason;
  const done = runs.filter((run) => run !== undefined);
  if (done.every(({ trouble }) => trouble === undefined)) await rm(root, { recursive: true, force: true });
  return done;
}

function compare(run: ShakenRun, reference: Outcome): ComparedRun {
  const differs = run.outcome && differences(reference, run.outcome);
  const troubles = [
    ...run.troubles,
    ...(differs?.length ? [`differs from the undisturbed run in ${differs.join(', ')}`] : []),
  ];
  const trouble = troubles.length === 0 ? undefined : `${troubles.join('; ')} (look into ${run.root})`;
  return { ...run, differs, trouble };
}
