import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, mkdtemp, readdir, rm, utimes, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, test } from 'node:test';
import { machineId } from '../../../services/machine/machine-id.ts';
import { ArtifactStore } from '../../../services/store/artifacts.ts';
import { abandonedStagings, sweepStagings } from '../../../services/store/staging-folders.ts';

let root: string;
beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), 'temper-staging-'));
});
afterEach(() => rm(root, { recursive: true, force: true }));

const day = 86_400_000;

/** Stages in a separate process, which lives until it is killed. */
async function stageElsewhere() {
  const code = `
    import { ArtifactStore } from '${new URL('../../../services/store/artifacts.ts', import.meta.url).href}';
    process.stdout.write(await new ArtifactStore(${JSON.stringify(root)}).stage('half'));
    setInterval(() => {}, 1000);`;
  const child = spawn(process.execPath, ['--import', 'tsx', '--input-type=module', '-e', code], { stdio: 'pipe' });
  const [path] = await once(child.stdout, 'data');
  await writeFile(join(String(path), 'files', 'a'), 'half a model');
  return { child, path: String(path) };
}

test('the staging folder of a killed process is removed; that of a living one stays, however old', async () => {
  const store = new ArtifactStore(root);
  const own = await store.stage('mine');
  const { child, path } = await stageElsewhere();
  assert.equal(await sweepStagings(store.staging, Date.now() + 100 * day), 0);
  child.kill('SIGKILL');
  await once(child, 'exit');
  const [abandoned] = await abandonedStagings(store.staging, Date.now());
  assert.equal(abandoned?.path, path);
  assert.match(abandoned?.reason ?? '', /its process \(\d+\) has ended/);
  assert.equal(await sweepStagings(store.staging), 1);
  assert.deepEqual(await readdir(store.staging), [own.split('/').at(-1)]);
});

test('a staging folder of another host is removed after a week without a write', async () => {
  const staging = join(root, 'staging');
  const foreign = join(staging, `run-step~not-${machineId()}~1~abc~0`);
  await mkdir(join(foreign, 'files'), { recursive: true });
  await writeFile(join(foreign, 'files', 'a'), 'a');
  assert.equal(await sweepStagings(staging), 0);
  assert.equal(await sweepStagings(staging, Date.now() + 6 * day), 0);
  // The folder's own time does not change while a file in it is written.
  const past = new Date(Date.now() - 30 * day);
  for (const path of [foreign, join(foreign, 'files')]) await utimes(path, past, past);
  assert.equal(await sweepStagings(staging), 0);
  assert.equal(await sweepStagings(staging, Date.now() + 8 * day), 1);
});
