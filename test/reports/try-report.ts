import { execFile, spawn } from 'node:child_process';
import { cp, mkdir, readdir, readFile, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { parse } from 'yaml';
import { preparedSummary } from '../../activities/prepare/summary.ts';
import { trainerEvent } from '../../protocol/trainer/events.ts';
import { fill } from '../../protocol/trainer/filled.ts';
import { jobs, rowOptions } from '../../protocol/trainer/jobs.ts';
import { outputs } from '../../protocol/trainer/outputs.ts';
import { bytecodeDir, cacheDir } from '../../services/machine/home.ts';
import { root } from '../rig/temper.ts';
import type { Report } from './report.ts';

/** Where a report is tried: an empty folder, Python, and the folder of the tiny base. */
export interface Place {
  folder: string;
  python: string;
  base: () => Promise<string>;
}

interface Tried {
  code: number | null;
  /** What a person reads, the place's folder written as `.`. */
  said: string;
  /** The text of the rows or questions that were written. */
  written: string;
}

/** Lays out the files of a report and runs its command in an environment that holds nothing else of this machine's. */
export async function tryReport(report: Report, place: Place): Promise<Tried> {
  const { folder } = place;
  for (const [name, content] of Object.entries(report.files)) await layOut(join(folder, name), content, place.python);
  if (report.base) await cp(await place.base(), join(folder, 'base'), { recursive: true });
  const env = environmentOf(folder, report.env);
  if (report.setup !== undefined) {
    const { code, output } = await run('sh', ['-ec', report.setup], folder, env);
    if (code !== 0) throw new Error(`the setup of ${report.kind}/${report.name} failed:\n${output}`);
  }
  const [program = '', ...words] = wordsOf(report.run);
  const { code, output } =
    program === 'temper'
      ? await run(process.execPath, [join(root, 'bin/temper.mjs'), ...words], folder, env)
      : await runVerb(program as 'prepare' | 'questions', words, place, env);
  return { code, said: output.replaceAll(`${folder}/`, './').replaceAll(folder, '.'), written: await written(folder) };
}

async function layOut(path: string, content: Report['files'][string], python: string): Promise<void> {
  await mkdir(dirname(path), { recursive: true });
  if (typeof content === 'string') await writeFile(path, content);
  else if ('base64' in content) await writeFile(path, content.base64, 'base64');
  else {
    // Node writes few encodings, Python all.
    const program = 'import sys; open(sys.argv[1], "wb").write(sys.argv[2].encode(sys.argv[3]))';
    await promisify(execFile)(python, ['-c', program, path, content.text, content.encoding]);
  }
}

const environmentOf = (folder: string, own: Readonly<Record<string, string>>): Record<string, string> => ({
  PATH: process.env.PATH ?? '',
  LANG: 'C.UTF-8',
  NO_COLOR: '1',
  HOME: folder,
  TEMPER_HOME: join(folder, '.temper'),
  TEMPER_CACHE: cacheDir(),
  PYTHONPYCACHEPREFIX: bytecodeDir(),
  ...own,
});

/** Words of a command line; quotes keep spaces together. */
const wordsOf = (line: string): string[] =>
  [...line.matchAll(/(?:[^\s"']|"[^"]*"|'[^']*')+/g)].map(([word]) => word.replaceAll(/["']/g, ''));

/** Runs a verb of the trainer as its step does, with the defaults of the kind. */
async function runVerb(
  verb: 'prepare' | 'questions',
  [source = '', ...options]: readonly string[],
  { folder, python }: Place,
  env: Record<string, string>,
): Promise<{ code: number | null; output: string }> {
  const out = join(folder, '.out');
  await mkdir(out);
  const given = Object.fromEntries(options.map((option) => split(option)));
  const { tokenizer = null, max_length = null, ...ofKind } = given;
  const job =
    verb === 'questions'
      ? jobs.questions.parse({ source: join(folder, source), out: join(out, 'questions.jsonl'), ...given })
      : jobs.prepare.parse({
          ...fill(rowOptions, rowOptions.parse(ofKind)),
          source: join(folder, source),
          parts: null,
          mix: null,
          out,
          tokenizer: tokenizer === null ? null : join(folder, String(tokenizer)),
          max_length,
          exclude: null,
          summary: null,
        });
  const jobFile = join(folder, `.${verb}.json`);
  await writeFile(jobFile, JSON.stringify(job));
  const ended = await run(python, ['-m', 'trainer', verb, jobFile], folder, { PYTHONPATH: root, ...env });
  return { ...ended, output: ended.output.split('\n').map(worded).join('\n') };
}

function split(option: string): [string, unknown] {
  const at = option.indexOf('=');
  if (at < 1) throw new Error(`${option}: an option is written name=value`);
  return [option.slice(0, at), parse(option.slice(at + 1))];
}

/** A line of the trainer as a run shows it. */
function worded(line: string): string {
  if (!line.startsWith('{"event":')) return line;
  const event = trainerEvent.parse(JSON.parse(line));
  if (event.event === 'bad_row') return `${event.where}: ${event.reason}`;
  if (event.event === 'failed') return `${event.message} [${event.code}]`;
  if (event.event !== 'done') return line;
  const prepared = outputs.prepare.safeParse(event.outputs);
  return prepared.success ? preparedSummary(prepared.data) : line;
}

async function written(folder: string): Promise<string> {
  const out = join(folder, '.out');
  const names = (await readdir(out).catch(() => [])).filter((name) => name.endsWith('.jsonl')).sort();
  return (await Promise.all(names.map(async (name) => await readFile(join(out, name), 'utf8')))).join('');
}

async function run(
  program: string,
  args: readonly string[],
  cwd: string,
  env: Record<string, string>,
): Promise<{ code: number | null; output: string }> {
  return await new Promise((done, reject) => {
    const child = spawn(program, args, { cwd, env, stdio: ['ignore', 'pipe', 'pipe'] });
    const chunks: Buffer[] = [];
    for (const stream of [child.stdout, child.stderr]) stream.on('data', (chunk: Buffer) => chunks.push(chunk));
    child.once('error', reject);
    child.once('close', (code) => done({ code, output: Buffer.concat(chunks).toString() }));
  });
}
