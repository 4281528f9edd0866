import { execFile } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type TrainerEvent, trainerEvent } from '../../protocol/trainer/events.ts';
import { type Job, jobs } from '../../protocol/trainer/jobs.ts';
import { bytecodeDir, cacheDir } from '../machine/home.ts';
import { packageRoot } from '../machine/package-root.ts';
import { childEnvironment } from '../settings/child-environment.ts';
import { pathSetting } from '../settings/settings.ts';
import { isPythonReady, pythonFolder } from '../setup/prerequisites.ts';
import { findPython } from '../setup/programs/find-program.ts';

/** The trainer's verbs that only read rows, and so need none of its libraries for rows of text. */
type ReadingVerb = 'questions' | 'survey';

/**
 * Runs the trainer's own reader of rows, so that the command line and the steps say the same. `jobIn` makes the job, whose
 * outputs may lie in a folder that is deleted after `use` has seen the events. Undefined without any Python.
 */
export async function readRows<V extends ReadingVerb, T>(
  verb: V,
  timeoutMs: number,
  jobIn: (folder: string) => Job<V>,
  use: (events: readonly TrainerEvent[], folder: string) => T | Promise<T>,
): Promise<T | undefined> {
  const python = await readerOfRows();
  if (python === undefined) return undefined;
  const folder = await mkdtemp(join(tmpdir(), 'temper-rows-'));
  try {
    await writeFile(join(folder, 'job.json'), JSON.stringify(jobs[verb].parse(jobIn(folder))));
    return await use(await eventsOf([python, verb, join(folder, 'job.json')], timeoutMs), folder);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/** The trainer's Python; before it is installed any other one. */
async function readerOfRows(): Promise<string | undefined> {
  const named = pathSetting('TEMPER_PYTHON', process.env);
  if (named !== undefined) return named;
  const folder = pythonFolder(cacheDir());
  return isPythonReady(folder) ? join(folder, 'bin', 'python') : (await findPython())?.path;
}

function eventsOf(
  [python, verb, jobFile]: readonly [string, ReadingVerb, string],
  timeout: number,
): Promise<TrainerEvent[]> {
  const env = { ...childEnvironment('trainer'), PYTHONPATH: packageRoot, PYTHONPYCACHEPREFIX: bytecodeDir() };
  return new Promise((resolve) => {
    execFile(python, ['-m', 'trainer', verb, jobFile], { env, timeout, maxBuffer: 64_000_000 }, (_error, stdout) => {
      const lines = stdout.split('\n').filter((line) => line.startsWith('{'));
      resolve(lines.flatMap((line) => trainerEvent.safeParse(parsed(line)).data ?? []));
    });
  });
}

function parsed(line: string): unknown {
  try {
    return JSON.parse(line);
  } catch {
    return undefined;
  }
}
