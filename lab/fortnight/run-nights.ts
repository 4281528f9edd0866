import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Stack } from '../chaos/stack.ts';
import { document, type Size, servedName, toldFile } from './document.ts';
import { complaints, scores } from './judge-night.ts';
import type { Night } from './nights.ts';
import { liveThrough, type Outcome, say, servedDigest } from './run-night.ts';
import { heading, row, short } from './table.ts';

export interface Lived {
  /** What each night did, in Markdown. */
  table: string;
  /** What was not as it must be; nothing when all was. */
  wrong: readonly string[];
}

/** Has a schedule of a fresh home fire once for each night, and judges every morning. */
export async function live(
  stack: Stack,
  nights: readonly Night[],
  { size, tell }: { size?: Size; tell: (text: string) => void },
): Promise<Lived> {
  const { root } = stack.home;
  const file = join(root, 'fortnight.yaml');
  await writeFile(file, document(root, size));
  await writeFile(join(root, 'rows.jsonl'), nights[0]!.rows);
  tell(await say(stack, ['schedule', 'apply', file]));
  const lived: Outcome[] = [];
  const lines = [heading];
  const wrong: string[] = [];
  let served: string | undefined;
  for (const [index, night] of nights.entries()) {
    const outcome = await liveThrough(stack, night);
    lived.push(outcome);
    lines.push(row(index + 1, night, outcome, served));
    const found = complaints(night, outcome, served).map((what) => `night ${index + 1} (${outcome.runId}): ${what}`);
    wrong.push(...found);
    tell(`${lines.at(-1)}\n${found.map((what) => `  ${what}\n`).join('')}`);
    served = outcome.served;
    if (!night.dayAfter) continue;
    const day = await dayAfter(stack, night.dayAfter, lived, served);
    served = day.served;
    lines.push(day.line);
    wrong.push(...day.wrong);
  }
  wrong.push(...notTheBest(lived, served));
  const told = (await readFile(join(root, toldFile), 'utf8').catch(() => '')).trimEnd().split('\n').filter(Boolean);
  const failed = lived.filter(({ state }) => state.status === 'failed').length;
  if (told.length !== failed) wrong.push(`${failed} nights failed, and ${told.length} were told`);
  return { table: `${lines.join('\n')}\n`, wrong };
}

/** Somebody goes back to the model before, and the next day to the newer one again. */
async function dayAfter(
  stack: Stack,
  what: 'rollback' | 'roll_forward',
  lived: readonly Outcome[],
  before: string | undefined,
): Promise<{ served: string | undefined; line: string; wrong: string[] }> {
  const newest = lived.findLast(({ state }) => state.steps.serve?.outputs?.changed === true)!;
  await say(stack, ['rollback', servedName, ...(what === 'roll_forward' ? ['--to', newest.runId] : [])]);
  const served = await servedDigest(stack);
  const title = what === 'rollback' ? 'back to the model before' : 'to the newer one again';
  const wrong = served === before ? [`\`temper rollback\` did not move ${servedName}`] : [];
  if (what === 'roll_forward' && served !== newest.state.steps.model?.outputs?.digest)
    wrong.push('the newer model did not come back');
  return { served, line: `| | *by hand: ${title}* | | | | | | **${short(served)}** | |`, wrong };
}

/** In the end the model is served that scored highest of all that were judged. */
function notTheBest(lived: readonly Outcome[], served: string | undefined): string[] {
  const judged = lived.flatMap((night) => {
    const { score } = scores(night);
    return score === undefined ? [] : [{ score, digest: night.state.steps.model?.outputs?.digest }];
  });
  const best = Math.max(...judged.map(({ score }) => score));
  const ours = judged.find(({ digest }) => digest === served)?.score;
  return ours === best ? [] : [`a model that scored ${ours} is served, and one scored ${best}`];
}
