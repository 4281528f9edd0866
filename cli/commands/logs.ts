import { createReadStream } from 'node:fs';
import { readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { stepOf } from '../../core/run/expand-matrix.ts';
import { childRunId } from '../../core/run/run-id.ts';
import { suggestionFor } from '../../core/words/suggestion.ts';
import { openHome } from '../../services/machine/home.ts';
import { readRecord } from '../runs/known-runs.ts';
import { resolveQuietly } from '../runs/resolve-run.ts';
import { UserError } from '../user-error.ts';

/** Prints the logs of a run, or of one step. */
export async function logs(text: string, options: { follow?: boolean }): Promise<number> {
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
    for (const id of steps) await printFrom(join(folder, id, 'log.txt'), id === step ? '' : `${id} | `, read);
    if (!options.follow || hasEnded) return 0;
    await new Promise((resolve) => setTimeout(resolve, 500));
  }
}

async function byStart(folder: string, steps: readonly string[]): Promise<string[]> {
  const born = await Promise.all(steps.map(async (id) => [id, (await stat(join(folder, id))).birthtimeMs] as const));
  return born.sort((a, b) => a[1] - b[1]).map(([id]) => id);
}

/** Prints the part of a log written since the last call, each line behind its step's name. */
async function printFrom(file: string, prefix: string, read: Map<string, number>): Promise<void> {
  const start = read.get(file) ?? 0;
  const facts = await stat(file).catch(() => undefined);
  if (!facts || facts.size <= start) return;
  let text = '';
  for await (const chunk of createReadStream(file, { start, end: facts.size - 1, encoding: 'utf8' })) text += chunk;
  read.set(file, facts.size);
  process.stdout.write(text.replace(/^(?=.)/gm, prefix));
}
