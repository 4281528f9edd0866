import assert from 'node:assert/strict';
import { mkdtemp, readdir, rm, symlink, truncate, unlink, utimes, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, test } from 'node:test';
import type { Handle } from '../../core/handles.ts';
import { ArtifactStore } from '../../services/artifacts.ts';

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

test('equal content and meaning is one artifact, whenever it was written', async () => {
  const first = await publish();
  const second = await publish();
  assert.deepEqual(second, first);
  assert.notEqual((await publish('hello', { template: 'x' })).digest, first.digest);
  assert.deepEqual(await readdir(join(root, 'staging')), []);
});

test('what was staged and never published is not an artifact', async () => {
  const staging = await store.stage('cut-off');
  await writeFile(join(staging, 'files', 'half'), 'ha');
  assert.deepEqual(await readdir(join(root, 'artifacts')).catch(() => []), []);
});

const tampering: [string, (file: string) => Promise<unknown>, RegExp][] = [
  ['a missing file', (file) => unlink(file), /b\.bin is missing/],
  ['a truncated file', (file) => truncate(file, 500), /has 500 bytes instead of 1000/],
  ['a file written to', (file) => writeFile(file, Buffer.alloc(1000, 8)), /was written to later/],
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

test('one flipped bit under an unchanged size and time is found when the bytes are verified', async () => {
  const handle = await publish();
  const { path, manifest } = await store.open(handle);
  const file = join(path, 'b.bin');
  const bytes = Buffer.alloc(1000, 7);
  bytes[500] = 6;
  await writeFile(file, bytes);
  const written = new Date(manifest.written['b.bin']!);
  await utimes(file, written, written);
  await assert.rejects(store.open(handle, { verify: true }), /b\.bin has other bytes/);
});

test('a manifest that was edited no longer speaks for its artifact', async () => {
  const handle = await publish();
  const file = join(root, 'artifacts', handle.digest.slice(7), 'manifest.json');
  const { readFile } = await import('node:fs/promises');
  await writeFile(file, (await readFile(file, 'utf8')).replace('"files"', '"model"'));
  await assert.rejects(store.open(handle), /another digest/);
});

test('publishing again replaces an artifact that was tampered with', async () => {
  const handle = await publish();
  await truncate(join((await store.open(handle)).path, 'b.bin'), 1);
  assert.deepEqual(await publish(), handle);
  assert.equal(await store.isSound(handle), true);
});

test('an artifact holds bytes: a link in it is refused', async () => {
  const staging = await store.stage('link');
  await symlink('/etc/passwd', join(staging, 'files', 'link'));
  await assert.rejects(store.publish(staging, 'files'), /is a link to \/etc\/passwd, where a file/);
});

test('a digest that is no digest cannot lead out of the store', async () => {
  await assert.rejects(
    store.open({ uri: 'artifact:x', digest: 'sha256:../../etc', size: 0, kind: 'files' }),
    /no usable digest/,
  );
});

test('publishing again heals an artifact whose bytes were damaged under an unchanged size and time', async () => {
  const handle = await publish();
  const { path, manifest } = await store.open(handle);
  await writeFile(join(path, 'b.bin'), Buffer.alloc(1000, 6));
  const written = new Date(manifest.written['b.bin']!);
  await utimes(join(path, 'b.bin'), written, written);
  await publish();
  await store.open(handle, { verify: true });
});

test('equal artifacts published at the same moment are one, and every publisher succeeds', async () => {
  const handles = await Promise.all(Array.from({ length: 6 }, () => publish()));
  assert.equal(new Set(handles.map((handle) => handle.digest)).size, 1);
  await store.open(handles[0]!, { verify: true });
  assert.deepEqual(await readdir(join(root, 'staging')), []);
});
