import assert from 'node:assert/strict';
import { mkdtemp, readdir, readFile, rm, stat, symlink, truncate, unlink, utimes, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, test } from 'node:test';
import type { Handle } from '../../../core/handles.ts';
import { dropBytes, removeArtifact } from '../../../services/store/artifact-removal.ts';
import { ArtifactStore } from '../../../services/store/artifacts.ts';

let root: string;
let store: ArtifactStore;
beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), 'temper-store-'));
  store = new ArtifactStore(root);
});
afterEach(() => rm(root, { recursive: true, force: true }));

async function publish(text = 'hello', meta = {}): Promise<Handle> {
  const staging = await store.stage('test');
  await writeFile(join(staging, 'files', 'a.txt'), text);
  await writeFile(join(staging, 'files', 'b.bin'), Buffer.alloc(1000, 7));
  return await store.publish(staging, 'files', meta);
}

test('equal files and meta make one artifact, whatever the time', async () => {
  const first = await publish();
  const second = await publish();
  assert.deepEqual(second, first);
  assert.notEqual((await publish('hello', { template: 'x' })).digest, first.digest);
  assert.deepEqual(await readdir(join(root, 'staging')), []);
});

test('files that were staged and never published are not an artifact', async () => {
  const staging = await store.stage('cut-off');
  await writeFile(join(staging, 'files', 'half'), 'ha');
  assert.deepEqual(await readdir(join(root, 'artifacts')).catch(() => []), []);
});

const tampering: [string, (file: string) => Promise<unknown>, RegExp][] = [
  ['a missing file', (file) => unlink(file), /b\.bin is missing/],
  ['a truncated file', (file) => truncate(file, 500), /has 500 bytes, expected 1000/],
  ['a file written to', (file) => writeFile(file, Buffer.alloc(1000, 8)), /was modified after publishing/],
];
for (const [what, tamper, message] of tampering) {
  test(`${what} is found without reading bytes`, async () => {
    const handle = await publish();
    const { path } = await store.open(handle);
    await tamper(join(path, 'b.bin'));
    assert.equal(await store.isSound(handle), false);
    await assert.rejects(store.open(handle), message);
  });
}

test('files of a copy that has lost their times are sound again once every byte was read', async () => {
  const handle = await publish();
  const { path, manifest } = await store.open(handle);
  const first = join(path, manifest.files[0]!.path);
  await utimes(first, new Date(1000), new Date(1000));
  assert.equal(await store.isSound(handle), false);
  await store.open(handle, { verify: true, onDamage: 'report' });
  assert.equal(await store.isSound(handle), false, 'a look changes nothing');
  await store.open(handle, { verify: true });
  assert.equal(await store.isSound(handle), true);
  await writeFile(first, Buffer.alloc((await stat(first)).size, 9));
  await assert.rejects(store.open(handle, { verify: true }), /does not match its digest/);
});

test('verifying finds one flipped bit under an unchanged size and time', async () => {
  const handle = await publish();
  const { path, manifest } = await store.open(handle);
  const file = join(path, 'b.bin');
  const bytes = Buffer.alloc(1000, 7);
  bytes[500] = 6;
  await writeFile(file, bytes);
  const written = new Date(manifest.written['b.bin']!);
  await utimes(file, written, written);
  await assert.rejects(store.open(handle, { verify: true }), /b\.bin does not match its digest/);
});

test('an edited manifest is refused', async () => {
  const handle = await publish();
  const file = join(root, 'artifacts', handle.digest.slice(7), 'manifest.json');

  await writeFile(file, (await readFile(file, 'utf8')).replace('"files"', '"model"'));
  await assert.rejects(store.open(handle), /manifest does not match its digest/);
});

test('publishing again replaces an artifact that was tampered with', async () => {
  const handle = await publish();
  await truncate(join((await store.open(handle)).path, 'b.bin'), 1);
  assert.deepEqual(await publish(), handle);
  assert.equal(await store.isSound(handle), true);
});

test('a link in an artifact is refused', async () => {
  const staging = await store.stage('link');
  await symlink('/etc/passwd', join(staging, 'files', 'link'));
  await assert.rejects(store.publish(staging, 'files'), /is a link to \/etc\/passwd; a file/);
});

test('an invalid digest cannot lead out of the store', async () => {
  await assert.rejects(
    store.open({ uri: 'artifact:x', digest: 'sha256:../../etc', size: 0, kind: 'files' }),
    /invalid digest/,
  );
});

test('publishing again repairs an artifact whose bytes were damaged under an unchanged size and time', async () => {
  const handle = await publish();
  const { path, manifest } = await store.open(handle);
  await writeFile(join(path, 'b.bin'), Buffer.alloc(1000, 6));
  const written = new Date(manifest.written['b.bin']!);
  await utimes(join(path, 'b.bin'), written, written);
  await publish();
  await store.open(handle, { verify: true });
});

test('equal artifacts published at once become one, and every publisher succeeds', async () => {
  const handles = await Promise.all(Array.from({ length: 6 }, () => publish()));
  assert.equal(new Set(handles.map((handle) => handle.digest)).size, 1);
  await store.open(handles[0]!, { verify: true });
  assert.deepEqual(await readdir(join(root, 'staging')), []);
});

test('a dropped artifact keeps its manifest, counts as sound, and cannot be read; publishing again restores it', async () => {
  const handle = await publish();
  assert.equal(await dropBytes(store, handle, 'run-1'), 1005);
  assert.equal(await store.isSound(handle), true);
  assert.equal((await store.manifestOf(handle))?.files.length, 2);
  await assert.rejects(store.open(handle), { code: 'ARTIFACT_GONE', message: /run-1 deleted its bytes on \d{4}-/ });
  assert.equal(await dropBytes(store, handle, 'run-2'), 0);
  await publish();
  await store.open(handle, { verify: true });
  assert.deepEqual(await readdir(join(root, 'staging')), []);
});

test('the next drop finishes one that was interrupted after its mark', async () => {
  const handle = await publish();
  await writeFile(join(store.folder(handle), 'dropped.json'), JSON.stringify({ by: 'run-1', at: '2026-01-01' }));
  await assert.rejects(store.open(handle), { code: 'ARTIFACT_GONE' });
  assert.equal(await dropBytes(store, handle, 'run-2'), 1005);
  await assert.rejects(store.open(handle), /run-1 deleted its bytes/);
});

test('a recently requested artifact is neither dropped nor removed', async () => {
  const handle = await publish();
  const before = Date.now() - 3_600_000;
  assert.equal(await dropBytes(store, handle, 'gc', before), 0);
  assert.equal(await removeArtifact(store, handle, before), false);
  await store.open(handle, { verify: true });
  const old = new Date(before - 1000);
  await utimes(join(store.folder(handle), 'manifest.json'), old, old);
  await store.keepFromCleanup(handle);
  assert.equal(await removeArtifact(store, handle, before), false);
  await utimes(join(store.folder(handle), 'manifest.json'), old, old);
  assert.equal(await removeArtifact(store, handle, before), true);
  await assert.rejects(store.open(handle), { code: 'ARTIFACT_GONE' });
});

test('publishing during the clean-up of an equal artifact leaves a whole one, whichever is first', async () => {
  for (let round = 0; round < 30; round++) {
    const handle = await publish();
    const old = new Date(Date.now() - 7_200_000);
    await utimes(join(store.folder(handle), 'manifest.json'), old, old);
    const since = Date.now() - 3_600_000;
    const clean = round % 2 ? removeArtifact(store, handle, since) : dropBytes(store, handle, 'gc', since);
    await Promise.all([publish(), clean]);
    await store.open(handle, { verify: true });
  }
  assert.deepEqual(await readdir(join(root, 'staging')), []);
});
