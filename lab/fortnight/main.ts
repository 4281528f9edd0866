// Run as: npm run fortnight [-- --append FILE]
// Runs fourteen nights of a schedule on the real stack, one after another, and prints what each did.
import { appendFileSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { makeStack, stopAll, stopStack } from '../chaos/stack.ts';
import { fortnight } from './nights.ts';
import { live } from './run-nights.ts';

const { values } = parseArgs({ options: { append: { type: 'string' } } });
for (const signal of ['SIGINT', 'SIGTERM'] as const)
  process.once(signal, () => void stopAll().finally(() => process.exit(130)));

const root = await mkdtemp(join(tmpdir(), 'temper-fortnight-'));
const stack = await makeStack(root);
const { table, wrong } = await live(stack, fortnight, { log: (text) => process.stderr.write(text) }).finally(
  async () => await stopStack(stack),
);
process.stdout.write(table);
if (values.append) appendFileSync(values.append, `\n${table}`);
for (const what of wrong) process.stderr.write(`${what}\n`);
if (wrong.length === 0) await rm(root, { recursive: true, force: true });
else process.stderr.write(`its home is kept: ${root}\n`);
process.exit(wrong.length > 0 ? 1 : 0);
