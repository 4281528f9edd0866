import assert from 'node:assert/strict';
import { rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { after, before, beforeEach, test } from 'node:test';
import { promote } from '../../activities/promote.ts';
import type { Handle } from '../../core/handles.ts';
import { keptName } from '../../services/promotion/kept-models.ts';
import { carryOut, failureOf } from '../rig/carry-out.ts';
import { makeDeps } from '../rig/deps.ts';
import { type OllamaProxy, startProxy } from '../rig/ollama-proxy.ts';
import { startOllama, type TestOllama } from '../rig/ollama-server.ts';
import { putModel } from '../rig/smallest-gguf.ts';

let deps: Awaited<ReturnType<typeof makeDeps>>;
let ollama: TestOllama;
let proxy: OllamaProxy;
let candidate: Handle;
let old: string;

before(async () => {
  ollama = await startOllama();
  proxy = await startProxy(ollama.url);
  deps = await makeDeps({ ollama: { serving: proxy.url, own: proxy.url, ownModels: ollama.models } });
});
after(async () => {
  await proxy.stop();
  await ollama.stop();
  await rm(deps.root, { recursive: true, force: true });
});
beforeEach(async () => {
  proxy.decide = () => 'pass';
  for (const { name } of await ollama.server.models()) await ollama.server.delete(name);
  const digest = await putModel(ollama.server, 'talk:candidate', 'new', deps.root);
  candidate = { kind: 'ollama', uri: 'ollama:talk:candidate', digest, size: 1 };
  old = await putModel(ollama.server, 'talk:latest', 'old', deps.root);
});

const digestOf = async (name: string) => (await ollama.server.find(name))?.digest;
const options = () => ({ model: candidate, to: 'talk' });

test('the serving tag moves to the candidate, and the replaced model is kept under a tag of its own', async () => {
  const { outputs, summary } = await carryOut(promote(deps), options());
  const kept = `talk:temper-kept-${old.slice(7, 19)}`;
  assert.equal(await digestOf('talk:latest'), candidate.digest);
  assert.equal(await digestOf(kept), old);
  assert.deepEqual(
    { ...outputs, model: undefined },
    { model: undefined, digest: candidate.digest, replaced: kept, changed: true },
  );
  assert.match(summary, /is kept as talk:temper-kept-/);
});

test('a tag that a kill inside the copy has torn is written again, and what it stood for is still told', async () => {
  const run = { runId: 'test-20260101-000000-torn' };
  let copies = 0;
  proxy.decide = (call) => (call === 'POST /api/copy' && ++copies === 2 ? 'cut before' : 'pass');
  await failureOf(carryOut(promote(deps), options(), run));
  await writeFile(join(ollama.models, 'manifests', 'registry.ollama.ai', 'library', 'talk', 'latest'), '');
  assert.equal(await digestOf('talk:latest'), undefined);
  const { outputs } = await carryOut(promote(deps), options(), run);
  assert.deepEqual([outputs.changed, outputs.replaced], [true, keptName('talk', old)]);
  assert.equal(await digestOf('talk:latest'), candidate.digest);
});

test('a tag that is new keeps nothing', async () => {
  const { outputs } = await carryOut(promote(deps), { model: candidate, to: 'fresh:one' });
  assert.equal(await digestOf('fresh:one'), candidate.digest);
  assert.equal(outputs.replaced, '');
  assert.equal(outputs.changed, true);
});

/** Ollama lists models by time, and those of one moment in any order. */
const named = async () => (await ollama.server.models()).sort((a, b) => a.name.localeCompare(b.name));

test('a tag that stands for the candidate already is left alone', async () => {
  await carryOut(promote(deps), options());
  const before = await named();
  const calls = proxy.calls.length;
  const { outputs } = await carryOut(promote(deps), options());
  assert.equal(outputs.changed, false);
  assert.equal(outputs.replaced, '');
  assert.deepEqual(await named(), before);
  assert.ok(proxy.calls.slice(calls).every((call) => call.startsWith('GET')));
});

test('a candidate that is another model by now is not promoted', async () => {
  await putModel(ollama.server, 'talk:candidate', 'other', deps.root);
  const failure = await failureOf(carryOut(promote(deps), options()));
  assert.equal(failure.type, 'INPUT_CHANGED');
  assert.equal(await digestOf('talk:latest'), old);
});

test('a candidate that is gone is told as such', async () => {
  await ollama.server.delete('talk:candidate');
  assert.equal((await failureOf(carryOut(promote(deps), options()))).type, 'MODEL_NOT_IN_OLLAMA');
});

test('a connection cut at any call is healed by the retry, and no model is lost meanwhile', async () => {
  const start = proxy.calls.length;
  await carryOut(promote(deps), options());
  const calls = proxy.calls.length - start;
  assert.ok(calls >= 7, `${calls} calls`);
  const kept = keptName('talk', old);
  for (let cut = 1; cut <= calls; cut += 1) {
    for (const fate of ['cut before', 'cut after'] as const) {
      const where = `${fate} at call ${cut} of ${calls}`;
      await ollama.server.copy(kept, 'talk:latest');
      await ollama.server.delete(kept);
      const begin = proxy.calls.length;
      proxy.decide = (_, number) => (number === begin + cut ? fate : 'pass');
      const run = { runId: `test-20260101-000000-${fate.slice(4)}${cut}` };
      const failure = await failureOf(carryOut(promote(deps), options(), run));
      assert.equal(failure.type, 'OLLAMA_UNREACHABLE', where);
      assert.equal(failure.nonRetryable, false, where);
      const meanwhile = await ollama.server.models();
      assert.ok(
        meanwhile.some(({ digest }) => digest === old),
        `${where}: the old model is still named`,
      );
      const serving = meanwhile.find(({ name }) => name === 'talk:latest')?.digest;
      assert.ok(serving === old || serving === candidate.digest, `${where}: the tag serves one of the two`);

      const { outputs } = await carryOut(promote(deps), options(), run);
      assert.deepEqual([outputs.changed, outputs.replaced], [true, kept], where);
      assert.equal(await digestOf('talk:latest'), candidate.digest, where);
      assert.equal(await digestOf(kept), old, where);
    }
  }
});
