import { execFile } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { ExamFacts } from '../../core/checks/known.ts';
import { type TrainerEvent, trainerEvent } from '../../protocol/trainer/events.ts';
import { jobs } from '../../protocol/trainer/jobs.ts';
import { outputs } from '../../protocol/trainer/outputs.ts';
import { bytecodeDir, cacheDir } from '../machine/home.ts';
import { packageRoot } from '../machine/package-root.ts';
import { childEnvironment } from '../settings/child-environment.ts';
import { pathSetting } from '../settings/settings.ts';
import { isPythonReady, pythonFolder } from '../setup/prerequisites.ts';
import { findPython } from '../setup/programs/find-program.ts';

/** An exam of 64 MB takes a few seconds. */
const timeoutMs = 60_000;

/**
 * Reads an exam with the reader that the evaluation uses, so that both say the same. Undefined where this machine cannot
 * read it: without a Python, or without the libraries that a table of columns needs. The step says it then.
 */
export async function inspectExam(file: string): Promise<ExamFacts | undefined> {
  const python = await readerOfRows();
  if (python === undefined) return undefined;
  const folder = await mkdtemp(join(tmpdir(), 'temper-exam-'));
  try {
    const job = jobs.questions.parse({ source: file, out: join(folder, 'questions.jsonl') });
    await writeFile(join(folder, 'job.json'), JSON.stringify(job));
    return factsOf(await eventsOf(python, join(folder, 'job.json')));
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/** The trainer's Python; before it is installed any other one, because rows of text need no library. */
async function readerOfRows(): Promise<string | undefined> {
  const named = pathSetting('TEMPER_PYTHON', process.env);
  if (named !== undefined) return named;
  const folder = pythonFolder(cacheDir());
  return isPythonReady(folder) ? join(folder, 'bin', 'python') : (await findPython())?.path;
}

function eventsOf(python: string, jobFile: string): Promise<TrainerEvent[]> {
  const env = { ...childEnvironment('trainer'), PYTHONPATH: packageRoot, PYTHONPYCACHEPREFIX: bytecodeDir() };
  return new Promise((resolve) => {
    const options = { env, timeout: timeoutMs, maxBuffer: 64_000_000 };
    execFile(python, ['-m', 'trainer', 'questions', jobFile], options, (_error, stdout) => {
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

/** What the reader says of the exam; undefined where it could not read it for a reason that is not in the exam. */
function factsOf(events: readonly TrainerEvent[]): ExamFacts | undefined {
  const last = events.at(-1);
  if (last?.event === 'done') {
    const read = outputs.questions.safeParse(last.outputs);
    return read.success ? { unanswered: read.data.unanswered } : undefined;
  }
  if (last?.event !== 'failed' || (last.code !== 'BAD_DATA' && last.code !== 'NOT_ROWS')) return undefined;
  const bad = events.flatMap((event) => (event.event === 'bad_row' ? [`${event.where}: ${event.reason}`] : []));
  return { refused: last.code, why: bad.length > 0 ? bad : [last.message.split('\n')[0] ?? ''] };
}
