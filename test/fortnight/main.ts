// Run as: npm run fortnight [-- --append FILE]
// Fourteen nights of a schedule on the real stack, one after another, and what each of them did.
import { appendFileSync } from 'node:fs';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { makeStack, stopAll, stopStack } from '../chaos/stack.ts';
import { document, servedName, toldFile } from './document.ts';
import { complaints, scores } from './judge.ts';
import { liveThrough, type Outcome, say, servedDigest } from './night.ts';
import { nights } from './nights.ts';
import { heading, row, short } from './table.ts';

const { values } = parseArgs({ options: { append: { type: 'string' } } });
for (const signal of ['SIGINT', 'SIGTERM'] as const)
  process.once(signal, () => void stopAll().finally(() => process.exit(130)));

const root = await mkdtemp(join(tmpdir(), 'temper-fortnight-'));
const stack = await makeStack(root);
const wrong: string[] = [];
const lines = [heading];
const lived: Outcome[] = [];
try {
  const file = join(root, 'fortnight.yaml');
  await writeFile(file, document(root));
  await writeFile(join(root, 'rows.jsonl'), nights[0]!.rows);
  process.stderr.write(await say(stack, ['schedule', 'apply', file]));
  let served: string | undefined;
  for (const [index, night] of nights.entries()) {
    const outcome = await liveThrough(stack, night);
    lived.push(outcome);
    const line = row(index + 1, night, outcome, served);
    const found = complaints(night, outcome, served).map((what) => `night ${index + 1} (${outcome.runId}): ${what}`);
    process.stderr.write(`${line}\n${found.map((what) => `  ${what}\n`).join('')}`);
    lines.push(line);
    wrong.push(...found);
    served = outcome.served;
    if (night.dayAfter) served = await dayAfter(night.dayAfter, served);
  }
  await expectTheBest(served);
  const told = (await readFile(join(root, toldFile), 'utf8').catch(() => '')).trimEnd().split('\n').filter(Boolean);
  if (told.length !== 1) wrong.push(`${told.length} failed nights were told, and one failed`);
} finally {
  await stopStack(stack);
}
const report = `${lines.join('\n')}\n`;
process.stdout.write(report);
if (values.append) appendFileSync(values.append, `\n${report}`);
for (const what of wrong) process.stderr.write(`${what}\n`);
if (wrong.length === 0) await rm(root, { recursive: true, force: true });
else process.stderr.write(`its home stays: ${root}\n`);
process.exit(wrong.length > 0 ? 1 : 0);

/** Somebody goes back to the model before, and the next day to the newer one again. */
async function dayAfter(what: 'rollback' | 'roll_forward', served: string | undefined): Promise<string | undefined> {
  const newest = lived.findLast(({ state }) => state.steps.serve?.outputs?.changed === true);
  await say(stack, ['rollback', servedName, ...(what === 'roll_forward' ? ['--to', newest!.runId] : [])]);
  const now = await servedDigest(stack);
  lines.push(
    `| | *by hand: ${what === 'rollback' ? 'back to the model before' : 'to the newer one again'}* | | | | | | **${short(now)}** | |`,
  );
  if (now === served) wrong.push(`\`temper rollback\` did not move ${servedName}`);
  if (what === 'roll_forward' && now !== newest!.state.steps.model?.outputs?.digest)
    wrong.push('the newer model did not come back');
  return now;
}

/** In the end the model is served that scored highest of all that were judged. */
async function expectTheBest(served: string | undefined): Promise<void> {
  const judged = lived.flatMap((night) => {
    const { score } = scores(night);
    return score === undefined ? [] : [{ score, digest: night.state.steps.model?.outputs?.digest }];
  });
  const best = Math.max(...judged.map(({ score }) => score));
  const ours = judged.find(({ digest }) => digest === served)?.score;
  if (ours !== best) wrong.push(`a model that scored ${ours} is served, and one scored ${best}`);
}
