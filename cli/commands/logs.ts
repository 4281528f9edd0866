import { createReadStream } from 'node:fs';
import { readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { stepOf } from '../../core/run/expand-matrix.ts';
import { childRunId } from '../../core/run/run-id.ts';
import { suggestionFor } from '../../core/words/suggestion.ts';
import { openHome } from '../../services/machine/home.ts';
import { printJsonLine } from '../json/print-json.ts';
import { readRecord } from '../runs/known-runs.ts';
import { resolveQuietly } from '../runs/resolve-run.ts';
import { UserError } from '../user-error.ts';
import { eventIn, logLine } from '../view/log-lines.ts';

/** Prints the logs of a run, or of one step. */
export async function logs(text: string, options: { follow?: boolean; json?: boolean }): Promise<number> {
  const home = openHome();
  const slash = text.indexOf('/');
  const [run, step] = slash < 0 ? [text] : [text.slice(0, slash), text.slice(slash + 1)];
  const runId = await resolveQuietly(run);
  const folder = join(home.runs, runId, 'steps');
  const list = async () => await readdir(folder).catch(() => [] as string[]);
  const known = await list();
  if (step !== undefined && (await readdir(home.runs).catch(() => [] as string[])).includes(childRunId(runId, step)))
    throw new UserError(`step "${step}" runs a pipeline, which has logs of its own`, {
      hint: `\`npx temper logs ${childRunId(runId, step)}\``,
    });
  const isAsked = (id: string) => step === undefined || id === step || stepOf(id) === step;
  if (step !== undefined && !known.some(isAsked))
    throw new UserError(`${runId} has no log of a step "${step}"`, {
      hint: suggestionFor(step, known, 'steps with logs', 'no step has logged anything yet'),
    });
  if (known.length === 0)
    process.stderr.write(`no step of ${runId} has begun\nhint: \`npx temper show ${runId}\` says what it waits for\n`);
  const read = new Map<string, number>();
  for (;;) {
    const hasEnded = (await readRecord(home.runs, runId)) !== undefined;
    const steps = await byStart(folder, (await list()).filter(isAsked));
    for (const id of steps) {
      const print = options.json ? printJson(id) : printText(id === step ? undefined : id);
      await printFrom(join(folder, id, 'log.txt'), read, { isWhole: hasEnded || !options.follow, print });
    }
    if (!options.follow || hasEnded) return 0;
    await new Promise((resolve) => setTimeout(resolve, 500));
  }
}

async function byStart(folder: string, steps: readonly string[]): Promise<string[]> {
  const born = await Promise.all(steps.map(async (id) => [id, (await stat(join(folder, id))).birthtimeMs] as const));
  return born.sort((a, b) => a[1] - b[1]).map(([id]) => id);
}

/** Prints the lines of a log that have been written since the last call. `isWhole`: also the last one, if it has no end yet. */
async function printFrom(
  file: string,
  read: Map<string, number>,
  { isWhole, print }: { isWhole: boolean; print: (line: string) => void },
): Promise<void> {
  const start = read.get(file) ?? 0;
  const facts = await stat(file).catch(() => undefined);
  if (!facts || facts.size <= start) return;
  const chunks: Buffer[] = [];
  for await (const chunk of createReadStream(file, { start, end: facts.size - 1 })) chunks.push(chunk as Buffer);
  const bytes = Buffer.concat(chunks);
  const end = isWhole ? bytes.length : bytes.lastIndexOf('\n') + 1;
  read.set(file, start + end);
  const lines = bytes.toString('utf8', 0, end).split('\n');
  if (lines.at(-1) === '') lines.pop();
  for (const line of lines) print(line);
}

/** Prints a line for people, behind its step's name where several steps are asked for. */
const printText = (step: string | undefined) => (line: string) => {
  const text = logLine(line);
  if (text !== undefined) process.stdout.write(`${step === undefined ? '' : `${step} | `}${text}\n`);
};

/** Prints a line as data: an event of the trainer as it was, anything else as text. */
const printJson = (step: string) => (line: string) => {
  const event = eventIn(line);
  printJsonLine('logs', { step, ...(event ? { event } : { text: line }) });
};
