// needs: time
import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { mkdir, mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { promisify } from 'node:util';
import { ensureBuilt } from '../../scripts/build.mjs';
import { root } from '../rig/temper.ts';

const exec = promisify(execFile);

/** The package as `npm pack` makes it, installed into an empty folder. */
let folder: string;
let installed: string;
let packed: readonly string[];
before(async () => {
  await ensureBuilt();
  folder = await mkdtemp(join(tmpdir(), 'temper-package-'));
  const { stdout } = await exec('npm', ['pack', '--json', '--ignore-scripts', '--pack-destination', folder], {
    cwd: root,
  });
  const [{ filename, files }] = JSON.parse(stdout) as [{ filename: string; files: { path: string }[] }];
  packed = files.map(({ path }) => path);
  const place = join(folder, 'place');
  await mkdir(place);
  const how = ['--prefer-offline', '--no-audit', '--no-fund', '--omit=dev', '--prefix', place];
  await exec('npm', ['install', ...how, join(folder, filename)], { cwd: place });
  installed = join(place, 'node_modules', 'temper');
});
after(async () => await rm(folder, { recursive: true, force: true }));

/** Runs the installed command from the folder it is installed into, as a user would. */
async function temper(...args: string[]) {
  const env = { ...process.env, NO_COLOR: '1', TEMPER_HOME: join(folder, 'home') };
  const command = join(folder, 'place', 'node_modules', '.bin', 'temper');
  const options = { cwd: join(folder, 'place'), env };
  return await exec(command, args, options).catch((error: { stdout: string; stderr: string }) => error);
}

test('the package holds the built programs and the trainer, and neither sources nor tests', () => {
  for (const file of [
    'dist/cli.cjs',
    'dist/libraries.cjs',
    'dist/worker.js',
    'dist/workflows.js',
    'dist/page/live.js',
    'trainer/__main__.py',
    'LICENSE',
  ])
    assert.ok(packed.includes(file), `${file} is left out`);
  assert.deepEqual(
    packed.filter((path) => /^(?:scripts|test|lab)\/|\.ts$|\.pyc$/.test(path)),
    [],
  );
});

test('the installed command validates and plans a pipeline', async () => {
  const quickstart = join(installed, 'pipelines', 'quickstart.yaml');
  assert.match((await temper('validate', quickstart)).stdout, /quickstart\.yaml: .*11 steps/);
  assert.match((await temper('plan', quickstart)).stdout, /learning_rate/);
});

test('the installed command knows its version and diagnoses the machine', async () => {
  const { version } = JSON.parse(await readFile(join(root, 'package.json'), 'utf8')) as { version: string };
  assert.equal((await temper('--version')).stdout, `${version}\n`);
  const { stdout, stderr } = await temper('doctor');
  assert.match(stdout, /Node|Python/);
  assert.doesNotMatch(stdout + stderr, /Error:|^\s+at /m);
});
