import assert from 'node:assert/strict';
import { mkdir, mkdtemp, readdir, rm, symlink, truncate, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, beforeEach, test } from 'node:test';
import { workflowBundle } from '../../workers/workflow-bundle.ts';
import { root } from '../rig/temper.ts';

/** A project with a workflow of one line, to be changed. */
let folder: string;
let project: string;
let cache: string;
const made: string[] = [];

const silent = { log() {}, trace() {}, debug() {}, info() {}, warn() {}, error() {} };
const bundle = async () =>
  (await workflowBundle(cache, { root: project, logger: silent, onMade: (why) => made.push(why) })).code;
const says = async (word: string) =>
  await writeFile(join(project, 'core', 'word.ts'), `export const word = ${JSON.stringify(word)};\n`);

before(async () => {
  folder = await mkdtemp(join(tmpdir(), 'temper-workflow-bundle-'));
  [project, cache] = [join(folder, 'project'), join(folder, 'cache')];
  await mkdir(join(project, 'core'), { recursive: true });
  await mkdir(join(project, 'workflows'));
  await mkdir(join(project, 'protocol'));
  await symlink(join(root, 'node_modules'), join(project, 'node_modules'));
  await writeFile(join(project, 'package-lock.json'), '{}');
  await says('first');
  const code = `import { word } from '../core/word.ts';\nexport async function say() {\n  return word;\n}\n`;
  await writeFile(join(project, 'workflows', 'index.ts'), code);
  await bundle();
});
after(async () => await rm(folder, { recursive: true, force: true }));
beforeEach(() => made.splice(0));

test('a second start takes the bundle of the first', async () => {
  assert.match(await bundle(), /first/);
  assert.deepEqual(made, []);
});

test('a bundle that is torn is made anew', async () => {
  const before = await bundle();
  for (const name of await readdir(join(cache, 'workflows'))) await truncate(join(cache, 'workflows', name), 5000);
  assert.equal(await bundle(), before);
  assert.deepEqual(made, ['damaged']);
  await bundle();
  assert.deepEqual(made, ['damaged']);
});

test('changed code, be it of core alone, is bundled anew', async () => {
  await says('other');
  assert.match(await bundle(), /other/);
  assert.deepEqual(made, ['absent']);
});

test('where the cache cannot be written the bundle is made for this start alone', async () => {
  const { code } = await workflowBundle('/dev/null/cache', { root: project, logger: silent });
  assert.match(code, /other/);
});
