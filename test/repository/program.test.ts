// needs: time
import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { cp, mkdtemp, readdir, readFile, rm, stat, symlink, utimes, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { promisify } from 'node:util';
import { ensureBuilt } from '../../scripts/build.mjs';
import { root } from '../rig/temper.ts';

/** A checkout of temper with its dist/, to be changed. */
let folder: string;
let copy: string;
before(async () => {
  await ensureBuilt();
  folder = await mkdtemp(join(tmpdir(), 'temper-program-'));
  copy = join(folder, 'temper');
  const left = /\/(?:node_modules|\.git|test|lab|docs)$/;
  await cp(root, copy, { recursive: true, filter: (path) => !left.test(path) });
  await symlink(join(root, 'node_modules'), join(copy, 'node_modules'));
});
after(async () => await rm(folder, { recursive: true, force: true }));

const run = async (...args: string[]) =>
  await promisify(execFile)(process.execPath, [join(copy, 'bin/temper.mjs'), ...args]);
const builtAt = async () => (await stat(join(copy, 'dist/build.json'))).mtimeMs;

test('dist/ is built at the first start after a change of the sources, and by no later one', async () => {
  const { version } = JSON.parse(await readFile(join(root, 'package.json'), 'utf8')) as { version: string };
  assert.equal((await run('--version')).stdout, `${version}\n`);
  const first = await builtAt();
  assert.equal((await run('--version')).stdout, `${version}\n`);
  assert.equal(await builtAt(), first);
});

test('a build leaves compiled code for the first command, and a damaged one is written anew', async () => {
  const kept = async () => (await readdir(join(copy, 'dist'))).filter((name) => name.endsWith('.cache'));
  const [name, ...others] = await kept();
  assert.match(name ?? '', /^cli\.cjs-/);
  assert.deepEqual(others, []); // a small command loads no client of a server
  const file = join(copy, 'dist', name!);
  await writeFile(file, 'damaged');
  assert.match((await run('validate', join(copy, 'pipelines/quickstart.yaml'))).stdout, /11 steps/);
  assert.ok((await stat(file)).size > 100_000);
});

test('a changed source is noticed at the next start, even with its old size and date', async () => {
  const file = join(copy, 'cli/commands/register-runs.ts');
  const { atime, mtime } = await stat(file);
  const text = await readFile(file, 'utf8');
  await writeFile(file, text.replace('list runs, newest first', 'LIST RUNS, NEWEST FIRST'));
  await utimes(file, atime, mtime);
  assert.match((await run('--help')).stdout, /LIST RUNS, NEWEST FIRST/);
});

test('code of workers that has changed has another version, and no other code', async () => {
  const version = async () =>
    (JSON.parse(await readFile(join(copy, 'dist/build.json'), 'utf8')) as { version: string }).version;
  const before = await version();
  const trainer = join(copy, 'trainer', '__main__.py');
  await writeFile(trainer, `${await readFile(trainer, 'utf8')}\n# changed\n`);
  await run('--version');
  const changed = await version();
  assert.notEqual(changed, before);
  await utimes(trainer, new Date(), new Date());
  await run('--version');
  assert.equal(await version(), changed);
});

test('a process that has built keeps no process of the builder: a worker lives for weeks', async () => {
  // Whether it ends at once depends on the machine; that it ends does not.
  const script = `
    import { spawnSync } from 'node:child_process';
    import { build } from ${JSON.stringify(join(copy, 'scripts/build/build.mjs'))};
    await build(${JSON.stringify(copy)}, 'test', undefined);
    const children = () => spawnSync('ps', ['-A', '-o', 'ppid=,args='], { encoding: 'utf8' }).stdout.split('\\n')
      .filter((line) => line.trim().startsWith(process.pid + ' '));
    const has = (name) => children().some((line) => line.includes(name) && !line.includes('<defunct>'));
    if (!has('ps -A')) throw new Error('its own children are not seen');
    for (let tries = 0; has('esbuild') && tries < 100; tries++) await new Promise((go) => setTimeout(go, 100));
    console.log(has('esbuild') ? children().join('; ') : 'gone');
    process.exit();
  `;
  const { stdout } = await promisify(execFile)(process.execPath, ['--input-type=module', '-e', script]);
  assert.match(stdout, /^gone$/m);
});

test('a source that cannot be translated is told by its place', async () => {
  await writeFile(join(copy, 'cli', 'main.ts'), 'export const main = async () => {{;\n');
  await assert.rejects(run('--version'), ({ stderr }: { stderr: string }) => {
    assert.match(stderr, /^dist\/ could not be built\n {2}cli\/main\.ts:\d+:\d+ /);
    assert.match(stderr, /\nhint: npm ci\n$/);
    return true;
  });
});
