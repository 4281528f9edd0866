// Run as: npm test [-- FOLDER…]
// Sets up all that is missing, runs every test, and ends with the line `N passed, N failed`.
import { spawn } from 'node:child_process';
import { existsSync, readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { bootstrap } from './bootstrap.mjs';

const root = fileURLToPath(new URL('..', import.meta.url));
process.chdir(root);
const only = process.argv.slice(2);
const totals = { passed: 0, failed: 0, skipped: 0 };
const failures = [];

/** Runs a program and returns its output, which is shown at once or, where `held`, by the caller when it is whole. */
function run(command, args, { env = {}, held = false } = {}) {
  return new Promise((resolve) => {
    const stdio = ['ignore', 'pipe', held ? 'pipe' : 'inherit'];
    const child = spawn(command, args, { env: { ...process.env, ...env }, stdio });
    const [output, all] = [[], []];
    const take = (chunk, isOutput) => {
      if (isOutput) output.push(chunk);
      if (held) all.push(chunk);
      else process.stdout.write(chunk);
    };
    child.stdout.on('data', (chunk) => take(chunk, true));
    child.stderr?.on('data', (chunk) => take(chunk, false));
    child.on('error', (error) => resolve({ code: 1, output: String(error), all: String(error) }));
    child.on('close', (code) =>
      resolve({ code: code ?? 1, output: Buffer.concat(output).toString(), all: Buffer.concat(all).toString() }),
    );
  });
}

function heading(text) {
  process.stdout.write(`\n── ${text}\n`);
}

/** Test files below a folder of `test/`, fast folders first. */
function testFiles(folder) {
  const whole = join('test', folder);
  if (!existsSync(whole)) return [];
  return readdirSync(whole, { recursive: true })
    .filter((name) => name.endsWith('.test.ts') && statSync(join(whole, name)).isFile())
    .sort()
    .map((name) => join(whole, name));
}

const sum = (output, pattern) => [...output.matchAll(pattern)].reduce((total, match) => total + Number(match[1]), 0);

/** Adds what a group has counted. One that ran no test, or whose runner died, counts as a failure: silence is no success. */
function settle(title, { passed, failed, skipped }, code, output, told) {
  totals.passed += passed;
  totals.skipped += skipped;
  const count = failed === 0 && (code !== 0 || passed === 0) ? 1 : failed;
  totals.failed += count;
  if (count === 0) return;
  const at = told ? output.search(told) : -1;
  failures.push({ title, lines: at === -1 ? output.trimEnd().split('\n').slice(-20) : output.slice(at).split('\n') });
}

/** Says at the end what failed and how: of a long log, often only the end is kept. */
function tellFailures() {
  for (const { title, lines } of failures) {
    heading(`failed: ${title}`);
    const cut = lines.length - 2 * 40;
    const shown =
      cut > 0 ? [...lines.slice(0, 40), `… ${cut} lines, above under “${title}” …`, ...lines.slice(-40)] : lines;
    process.stdout.write(`${shown.join('\n').trimEnd()}\n`);
  }
}

/** Shows a group that ran beside another when it is over, so that the two do not mix. */
async function inGroup(title, held, command, args, env, { counted, told }) {
  if (!held) heading(title);
  const { code, output, all } = await run(command, args, { env, held });
  if (held) {
    heading(title);
    process.stdout.write(all);
  }
  settle(title, counted(output, code), code, held ? all : output, told);
}

async function nodeTests(title, files, { concurrency = 1, env, held = false }) {
  if (files.length === 0) return;
  // Workflows run in these processes too, as they do in a worker.
  const args = [
    '--require',
    './workers/no-promise-stacks.cjs',
    '--import',
    'tsx',
    '--test',
    '--test-reporter=spec',
    `--test-concurrency=${concurrency}`,
    ...files,
  ];
  await inGroup(title, held, process.execPath, args, env, {
    counted: (output) => ({
      passed: sum(output, /^ℹ pass (\d+)/gm),
      failed: sum(output, /^ℹ (?:fail|cancelled) (\d+)/gm),
      skipped: sum(output, /^ℹ (?:skipped|todo) (\d+)/gm),
    }),
    told: /^✖ failing tests:/m,
  });
}

async function pythonTests(python, shared, held) {
  const env = { ...shared, PYTHONPATH: root, OMP_NUM_THREADS: '1', HF_HUB_OFFLINE: '1' };
  const args = ['-m', 'pytest', '-q', '-rsfE', '-p', 'no:cacheprovider', 'test/trainer'];
  await inGroup('trainer (pytest)', held, python, args, env, {
    counted: (output) => {
      const last = output.trim().split('\n').at(-1) ?? '';
      return {
        passed: sum(last, /(\d+) passed/g),
        failed: sum(last, /(\d+) (?:failed|error)/g),
        skipped: sum(last, /(\d+) skipped/g),
      };
    },
    told: /^=+ (?:FAILURES|ERRORS) =+$/m,
  });
}

async function check() {
  const counted = (_, code) => ({ passed: code === 0 ? 1 : 0, failed: 0, skipped: 0 });
  await inGroup('format, lint, types', true, 'npm', ['run', '--silent', 'check'], {}, { counted });
}

await bootstrap({ parts: ['python', 'temporal', 'ollama', 'llama.cpp'] });
heading('set-up');
const setUp = await run(process.execPath, ['--import', 'tsx', 'scripts/set-up.ts']);
if (setUp.code !== 0) {
  process.stdout.write('the set-up failed, so no test could run\n0 passed, 1 failed\n');
  process.exit(1);
}
// Tests never touch a running server, and never this person's own home.
const env = {
  ...JSON.parse(setUp.output.trim().split('\n').at(-1)),
  TEMPER_OLLAMA: 'own',
  TEMPORAL_ADDRESS: '',
  TEMPORAL_PROFILE: '',
  OLLAMA_HOST: '',
  // Set by some, and then every trainer that a test starts compiles its libraries first.
  PYTHONDONTWRITEBYTECODE: '',
};
const wanted = (folder) => only.length === 0 || only.includes(folder);
const start = Date.now();

if (wanted('check')) await check();
if (wanted('core'))
  await nodeTests('core', [...testFiles('core'), ...testFiles('repository')], { concurrency: 2, env });
// The rest waits for servers and heartbeats more than it computes: one after the other, two cores were idle for two thirds
// of the time. Two lanes take the next folder as they become free, the longest first; within a lane nothing runs side by side.
const folders = ['e2e', 'trainer', 'activities', 'lab', 'cli', 'services', 'workflows'].filter(wanted);
const held = folders.length > 1;
if (held)
  process.stdout.write(
    '\nthe other folders run two at a time; each is shown when it is over, the first after some minutes\n',
  );
const lane = async () => {
  for (let folder = folders.shift(); folder; folder = folders.shift()) {
    if (folder === 'trainer') await pythonTests(env.TEMPER_PYTHON, env, held);
    else await nodeTests(folder, testFiles(folder), { env, held });
  }
};
await Promise.all([lane(), lane()]);

tellFailures();
process.stdout.write(`\n${Math.round((Date.now() - start) / 1000)} s`);
process.stdout.write(totals.skipped > 0 ? `; ${totals.skipped} skipped, each with its reason above\n` : '\n');
process.stdout.write(`${totals.passed} passed, ${totals.failed} failed\n`);
process.exit(totals.failed > 0 || totals.passed === 0 ? 1 : 0);
