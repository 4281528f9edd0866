import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Stack } from '../chaos/stack.ts';
import { document, notificationsFile, type Size, servedName } from './document.ts';
import { complaints, isBetter } from './judge-night.ts';
import type { Night } from './nights.ts';
import { liveThrough, type Outcome, say, servedDigest } from './run-night.ts';
import { heading, row, short } from './table.ts';

interface Lived {
  /** What each night did, as a Markdown table. */
  table: string;
  /** What is wrong; empty if all is right. */
  wrong: readonly string[];
}

/** Fires a schedule in a new home once per night, and judges every morning. */
export async function live(
  stack: Stack,
  nights: readonly Night[],
  { size, log }: { size?: Size; log: (text: string) => void },
): Promise<Lived> {
  const { root } = stack.home;
  const file = join(root, 'fortnight.yaml');
  await writeFile(file, document(root, size));
  await writeFile(join(root, 'rows.jsonl'), nights[0]!.rows);
  log(await say(stack, ['schedule', 'apply', file]));
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
    log(`${lines.at(-1)}\n${found.map((what) => `  ${what}\n`).join('')}`);
    served = outcome.served;
    if (!night.dayAfter) continue;
    const day = await dayAfter(stack, night.dayAfter, lived, served);
    served = day.served;
    lines.push(day.line);
    wrong.push(...day.wrong);
  }
  wrong.push(...notTheBest(lived, served));
  const notifications = (await readFile(join(root, notificationsFile), 'utf8').catch(() => ''))
    .trimEnd()
    .split('\n')
    .filter(Boolean);
  const failed = lived.filter(({ state }) => state.status === 'failed').length;
  if (notifications.length !== failed)
    wrong.push(`${failed} nights failed, and ${notifications.length} notifications were sent`);
  return { table: `${lines.join('\n')}\n`, wrong };
}

/** Rolls back to the previous model, or forward to the newest one. */
async function dayAfter(
  stack: Stack,
  what: 'rollback' | 'roll_forward',
  lived: readonly Outcome[],
  before: string | undefined,
): Promise<{ served: string | undefined; line: string; wrong: string[] }> {
  const newest = lived.findLast(({ state }) => state.steps.serve?.outputs?.changed === true)!;
  await say(stack, ['rollback', servedName, ...(what === 'roll_forward' ? ['--to', newest.runId] : [])]);
  const served = await servedDigest(stack);
  const title = what === 'rollback' ? 'back to the previous model' : 'forward to the newer model';
  const wrong = served === before ? [`\`temper rollback\` did not move ${servedName}`] : [];
  if (what === 'roll_forward' && served !== newest.state.steps.model?.outputs?.digest)
    wrong.push('the newer model did not come back');
  return { served, line: `| | *by hand: ${title}* | | | | | | **${short(served)}** | |`, wrong };
}

/** Checks that the last model that a night found better is served in the end. */
function notTheBest(lived: readonly Outcome[], served: string | undefined): string[] {
  const best = lived.findLast(isBetter)?.state.steps.model?.outputs?.digest;
  return served === best
    ? []
    : [`${short(served)} is served, and ${short(best as string | undefined)} was the last better one`];
}
