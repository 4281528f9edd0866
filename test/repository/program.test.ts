import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import {
  cp,
  mkdir,
  mkdtemp,
  readdir,
  readFile,
  rm,
  stat,
  symlink,
  truncate,
  utimes,
  writeFile,
} from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { promisify } from 'node:util';
import { root } from '../rig/temper.ts';

/** A copy of temper's sources, to be changed, with a cache of its own. */
let folder: string;
let copy: string;
let cache: string;
before(async () => {
  folder = await mkdtemp(join(tmpdir(), 'temper-program-'));
  [copy, cache] = [join(folder, 'temper'), join(folder, 'cache')];
  const parts = [
    'bin',
    'cli',
    'core',
    'protocol',
    'services',
    'activities',
    'workers',
    'package.json',
    'tsconfig.json',
  ];
  await mkdir(copy);
  await Promise.all(parts.map((part) => cp(join(root, part), join(copy, part), { recursive: true })));
  await symlink(join(root, 'node_modules'), join(copy, 'node_modules'));
});
after(async () => await rm(folder, { recursive: true, force: true }));

async function run(args: string[], env: Record<string, string> = {}) {
  const all = { ...process.env, NO_COLOR: '1', TEMPER_CACHE: cache, ...env };
  return await promisify(execFile)(process.execPath, [join(copy, 'bin/temper.mjs'), ...args], { env: all });
}
const bundles = async () => (await readdir(join(cache, 'programs'))).sort();
const version = (JSON.parse(await readFile(join(root, 'package.json'), 'utf8')) as { version: string }).version;

test('the program is bundled at its first start and by no later one', async () => {
  assert.equal((await run(['--version'])).stdout, `${version}\n`);
  const made = await bundles();
  assert.equal(made.length, 1);
  const at = async () => (await stat(join(cache, 'programs', made[0]!, 'cli.js'))).mtimeMs;
  const first = await at();
  assert.equal((await run(['--version'])).stdout, `${version}\n`);
  assert.deepEqual([await bundles(), await at()], [made, first]);
});

test('a changed source is seen at the next start, even with its old size and date', async () => {
  const file = join(copy, 'cli', 'main.ts');
  const { atime, mtime } = await stat(file);
  const text = await readFile(file, 'utf8');
  await writeFile(file, text.replace('list runs, newest first', 'LIST RUNS, NEWEST FIRST'));
  await utimes(file, atime, mtime);
  assert.match((await run(['--help'])).stdout, /LIST RUNS, NEWEST FIRST/);
});

test('a torn bundle is made anew, and damaged compiled code is left alone', async () => {
  const made = await bundles();
  for (const name of made) {
    const inside = join(cache, 'programs', name);
    for (const file of await readdir(inside)) {
      if (file.endsWith('.js')) await truncate(join(inside, file), 1000);
      if (file.endsWith('.cache')) await writeFile(join(inside, file), Buffer.alloc(100_000, 7));
    }
  }
  for (const _ of [1, 2]) assert.equal((await run(['--version'])).stdout, `${version}\n`);
  assert.deepEqual(await bundles(), made);
});

test('who has made the bundle keeps no process of the bundler: a worker lives for weeks', async () => {
  // Whether it goes at once depends on the machine; that it goes does not.
  const script = `
    import { spawnSync } from 'node:child_process';
    import { loadProgram } from ${JSON.stringify(join(copy, 'bin/program.mjs'))};
    await loadProgram('supervise');
    const children = () => spawnSync('ps', ['-A', '-o', 'ppid=,args='], { encoding: 'utf8' }).stdout.split('\\n')
      .filter((line) => line.trim().startsWith(process.pid + ' '));
    const has = (name) => children().some((line) => line.includes(name) && !line.includes('<defunct>'));
    if (!has('ps -A')) throw new Error('its own children are not seen');
    for (let tries = 0; has('esbuild') && tries < 100; tries++) await new Promise((go) => setTimeout(go, 100));
    console.log(has('esbuild') ? children().join('; ') : 'gone');
  `;
  const env = { ...process.env, TEMPER_CACHE: join(folder, 'empty cache') };
  const args = ['--input-type=module', '-e', script];
  const { stdout } = await promisify(execFile)(process.execPath, args, { env });
  assert.equal(stdout, 'gone\n');
});

test('where no cache can be written temper runs from its sources', async () => {
  const { stdout, stderr } = await run(['--version'], { TEMPER_CACHE: '/dev/null/cache', TEMPER_DEBUG: '1' });
  assert.equal(stdout, `${version}\n`);
  assert.match(stderr, /temper runs from its sources/);
});

test('a source that cannot be translated is told by its place', async () => {
  await writeFile(join(copy, 'cli', 'main.ts'), 'export const main = async () => {{;\n');
  await assert.rejects(run(['--version']), ({ stderr }: { stderr: string }) => /cli\/main\.ts:\d+/.test(stderr));
});
