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

/** Runs a program; its output is shown and returned. */
function run(command, args, env = {}) {
  return new Promise((resolve) => {
    const child = spawn(command, args, { env: { ...process.env, ...env }, stdio: ['ignore', 'pipe', 'inherit'] });
    let output = '';
    child.stdout.on('data', (chunk) => {
      output += chunk;
      process.stdout.write(chunk);
    });
    child.on('error', (error) => resolve({ code: 1, output: String(error) }));
    child.on('close', (code) => resolve({ code: code ?? 1, output }));
  });
}

function heading(text) {
  process.stdout.write(`\n── ${text}\n`);
}

/** Test files below a folder of `test/`, fast folders first. */
function testFiles(folder) {
  const whole = join('test', folder);
  if (!existsSync(whole)) return [];
  return readdirSync(whole)
    .filter((name) => name.endsWith('.test.ts') && statSync(join(whole, name)).isFile())
    .sort()
    .map((name) => join(whole, name));
}

function count(name, output, pattern) {
  totals[name] += [...output.matchAll(pattern)].reduce((sum, match) => sum + Number(match[1]), 0);
}

/** A group that ran no test, or whose runner died, counts as a failure: silence is no success. */
function settle(before, code) {
  const ran = totals.passed + totals.failed - before.passed - before.failed;
  if ((code !== 0 && totals.failed === before.failed) || ran === 0) totals.failed += 1;
}

async function nodeTests(title, files, concurrency, env) {
  if (files.length === 0) return;
  heading(title);
  const before = { ...totals };
  const args = ['--import', 'tsx', '--test', '--test-reporter=spec', `--test-concurrency=${concurrency}`, ...files];
  const { code, output } = await run(process.execPath, args, env);
  count('passed', output, /^ℹ pass (\d+)/gm);
  count('failed', output, /^ℹ (?:fail|cancelled) (\d+)/gm);
  count('skipped', output, /^ℹ (?:skipped|todo) (\d+)/gm);
  settle(before, code);
}

async function pythonTests(python) {
  heading('trainer (pytest)');
  const before = { ...totals };
  const env = { PYTHONPATH: root, PYTHONDONTWRITEBYTECODE: '1', OMP_NUM_THREADS: '1', HF_HUB_OFFLINE: '1' };
  const { code, output } = await run(
    python,
    ['-m', 'pytest', '-q', '-rs', '-p', 'no:cacheprovider', 'test/trainer'],
    env,
  );
  const last = output.trim().split('\n').at(-1) ?? '';
  count('passed', last, /(\d+) passed/g);
  count('failed', last, /(\d+) (?:failed|error)/g);
  count('skipped', last, /(\d+) skipped/g);
  settle(before, code);
}

async function check() {
  heading('format, lint, types');
  const { code } = await run('npm', ['run', '--silent', 'check']);
  totals[code === 0 ? 'passed' : 'failed'] += 1;
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
};
const wanted = (folder) => only.length === 0 || only.includes(folder);
const start = Date.now();

if (wanted('check')) await check();
if (wanted('core')) await nodeTests('core', [...testFiles('core'), ...testFiles('.')], 2, env);
if (wanted('trainer')) await pythonTests(env.TEMPER_PYTHON);
// Each of these brings up real servers or trains: side by side they would only slow each other down.
for (const folder of ['workflows', 'services', 'activities', 'cli', 'e2e', 'chaos']) {
  if (wanted(folder)) await nodeTests(folder, testFiles(folder), 1, env);
}

process.stdout.write(`\n${Math.round((Date.now() - start) / 1000)} s`);
process.stdout.write(totals.skipped > 0 ? `; ${totals.skipped} skipped, each with its reason above\n` : '\n');
process.stdout.write(`${totals.passed} passed, ${totals.failed} failed\n`);
process.exit(totals.failed > 0 || totals.passed === 0 ? 1 : 0);
