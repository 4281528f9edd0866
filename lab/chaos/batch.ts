import { execFile } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { cacheDir } from '../../services/machine/home.ts';
import { ensurePython } from '../../services/setup/python/environment.ts';
import { type DisturbedRun, runDisturbed, runUndisturbed } from './disturbed-run.ts';
import { type FaultKind, planFaults } from './faults.ts';
import { differences, type Outcome } from './outcome.ts';
import { writeInputs } from './stack.ts';

interface BatchOptions {
  kills: number;
  seed: number;
  only?: FaultKind | undefined;
  /** Number of runs at once, each with its own services. */
  lanes: number;
  log: (line: string) => void;
}

export interface ComparedRun extends DisturbedRun {
  /** Names of values that differ from the undisturbed run; undefined if the run has no outcome. */
  differs: readonly string[] | undefined;
  /** Everything that is wrong with the run, with the folder to look into. */
  trouble: string | undefined;
}

/** The batch ends early after this many runs without a fault. */
const maxIdleRuns = 3;

const tinyModel = fileURLToPath(new URL('../../test/trainer/tiny_model.py', import.meta.url));

/** Runs the document once undisturbed, then under faults in new homes until enough faults counted. Keeps the homes of failed runs. */
export async function runBatch({ kills, seed, only, lanes, log }: BatchOptions): Promise<ComparedRun[]> {
  const root = await mkdtemp(join(tmpdir(), 'temper-chaos-'));
  const inputs = join(root, 'inputs');
  await writeInputs(inputs);
  const python = await ensurePython(cacheDir(), log);
  await promisify(execFile)(python.path, [tinyModel, join(inputs, 'model')]);

  const reference = runUndisturbed(join(root, 'undisturbed'), inputs, log);
  reference.catch(() => {}); // each lane awaits it
  const runs: ComparedRun[] = [];
  let [started, planned, idle] = [0, 0, 0];
  const lane = async (): Promise<void> => {
    while (planned < kills && idle < maxIdleRuns) {
      const index = started++;
      const faults = planFaults({ seed, index, wanted: kills - planned, only });
      planned += faults.length;
      const name = `run ${index + 1}`;
      log(`${name}: ${faults.map(({ kind }) => kind).join(', ')}`);
      const run = await runDisturbed(join(root, `disturbed-${index + 1}`), inputs, {
        faults,
        log: (line) => log(`${name}: ${line}`),
      });
      runs[index] = compare(run, await reference);
      planned -= faults.length - run.faults.length;
      idle = run.faults.length === 0 ? idle + 1 : 0;
      log(`${name}: ${runs[index].trouble ?? 'survived, equal'}`);
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

function compare(run: DisturbedRun, reference: Outcome): ComparedRun {
  const differs = run.outcome && differences(reference, run.outcome);
  const troubles = [
    ...run.troubles,
    ...(differs?.length ? [`differs from the undisturbed run in ${differs.join(', ')}`] : []),
  ];
  const trouble = troubles.length === 0 ? undefined : `${troubles.join('; ')} (look into ${run.root})`;
  return { ...run, differs, trouble };
}
