// Run as: npm test [-- PATH…], npm run test:unit, npm run test:watch [-- PATH…]
// PATH is a file or folder of tests, or `check`. Sets up what these tests need, runs them, and ends with `N passed, N failed`.
import { parseArgs } from 'node:util';
import { elapsed } from '../../services/machine/report.ts';
import { lastDurations, rememberDurations } from './durations.ts';
import { type Ended, heading, runGroup } from './group.ts';
import { type Part, partsOf } from './parts.ts';
import { allNeeds, isUnit, type TestFile, testFiles } from './selection.ts';
import { setUp } from './set-up.ts';
import { watchSources } from './watch.ts';

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { unit: { type: 'boolean' }, watch: { type: 'boolean' } },
});
const paths = positionals.filter((path) => path !== 'check');
const isWhole = positionals.length === 0 && !values.unit && !values.watch;
const withCheck = isWhole || positionals.includes('check');
const chosen = select();
const last = lastDurations();

/** Everything by default, with `--unit` and `--watch` the unit tests. */
function select(): TestFile[] {
  if (paths.length === 0 && positionals.length > 0) return [];
  try {
    const files = testFiles(paths.length > 0 ? paths : ['test']);
    return isWhole || paths.length > 0 ? files : files.filter(isUnit);
  } catch (error) {
    process.stderr.write(`${(error as Error).message}\n`);
    process.exit(1);
  }
}

function announce(parts: readonly Part[]): void {
  if (!isWhole) {
    const files = chosen.length === 1 ? '1 test file' : `${chosen.length} test files`;
    process.stdout.write(`runs ${files}; to set up: ${allNeeds(chosen).join(', ') || 'nothing'}\n`);
    return;
  }
  const took = (title: string) => (last[title] === undefined ? 'not timed yet' : elapsed(last[title] * 1000));
  const longest = parts
    .filter(({ title }) => last[title] !== undefined)
    .sort((a, b) => last[b.title]! - last[a.title]!)
    .slice(0, 5);
  process.stdout.write(
    `runs ${chosen.length} test files; the last time it took: ${['all', ...longest.map(({ title }) => title)].map((title) => `${title} ${took(title)}`).join(', ')}\n`,
  );
}

async function runOnce(env: Record<string, string>): Promise<Ended[]> {
  const { alone, computing, waiting } = partsOf(chosen, { withCheck, last });
  const ended: Ended[] = [];
  for (const { group } of alone) ended.push(await runGroup(group(env), { held: false }));
  const held = computing.length + waiting.length > 1;
  if (held) process.stdout.write('\nthe other parts run side by side; each is shown when it has ended\n');
  const lane = async (...queues: Part[][]) => {
    const next = () => queues.find((queue) => queue.length > 0)?.shift();
    for (let part = next(); part; part = next()) ended.push(await runGroup(part.group(env), { held }));
  };
  // Computing parts wait a third of their time, too: the third lane takes of them what is left.
  await Promise.all([lane(computing, waiting), lane(computing, waiting), lane(waiting, computing)]);
  return ended;
}

/** Repeats at the end what failed and how: of a long log, often only the end is kept. Returns the number of failures. */
function summarize(ended: readonly Ended[], seconds: number): number {
  for (const { title, failed, failures } of ended) {
    if (failed === 0) continue;
    heading(`failed: ${title}`);
    const cut = failures.length - 2 * 40;
    const shown =
      cut > 0
        ? [...failures.slice(0, 40), `… ${cut} lines, above under “${title}” …`, ...failures.slice(-40)]
        : failures;
    process.stdout.write(`${shown.join('\n')}\n`);
  }
  const total = (of: 'passed' | 'failed' | 'skipped') => ended.reduce((sum, each) => sum + each[of], 0);
  process.stdout.write(`\n${Math.round(seconds)} s`);
  process.stdout.write(total('skipped') > 0 ? `; ${total('skipped')} skipped, each with its reason above\n` : '\n');
  process.stdout.write(`${total('passed')} passed, ${total('failed')} failed\n`);
  if (total('passed') + total('failed') + total('skipped') > 0 || withCheck) return total('failed');
  process.stdout.write('no test was run\n');
  return 1;
}

async function main(): Promise<number> {
  const { alone, computing, waiting } = partsOf(chosen, { withCheck, last });
  announce([...alone, ...computing, ...waiting]);
  const env = await setUp(allNeeds(chosen)).catch((error: Error) => {
    process.stdout.write(`${error.message}\nthe set-up failed, so no test could run\n0 passed, 1 failed\n`);
    process.exit(1);
  });
  const started = Date.now();
  const ended = await runOnce(env);
  const seconds = (Date.now() - started) / 1000;
  if (isWhole)
    rememberDurations({ ...Object.fromEntries(ended.map((each) => [each.title, each.seconds])), all: seconds });
  const failed = summarize(ended, seconds);
  if (values.watch) {
    await watchSources(async () => {
      const from = Date.now();
      summarize(await runOnce(env), (Date.now() - from) / 1000);
    });
  }
  return failed > 0 ? 1 : 0;
}

process.exit(await main());
