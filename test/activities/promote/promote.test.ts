// needs: python, ollama
import assert from 'node:assert/strict';
import { readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { after, before, beforeEach, test } from 'node:test';
import { promote } from '../../../activities/promote/promote.ts';
import type { Handle } from '../../../core/handles.ts';
import type { StepKind } from '../../../core/kinds/registry.ts';
import { historyOf } from '../../../core/promotions.ts';
import type { Outputs } from '../../../core/run/run-state.ts';
import { writeServed } from '../../../services/ollama/served-models.ts';
import { keptName } from '../../../services/promotion/kept-models.ts';
import { readPromotions } from '../../../services/promotion/promotion-ledger.ts';
import { rollBack } from '../../../services/promotion/roll-back.ts';
import { writeStepOutcome } from '../../../services/runs/step-outcome.ts';
import type { Manifest } from '../../../services/store/manifest.ts';
import { carryOut, failureOf } from '../../rig/carry-out.ts';
import { makeDeps } from '../../rig/deps.ts';
import { type Fate, type OllamaProxy, startProxy } from '../../rig/servers/ollama-proxy.ts';
import { startOllama, type TestOllama } from '../../rig/servers/ollama-server.ts';
import { putModel } from '../../rig/smallest-gguf.ts';

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
  await rm(join(deps.store.root, 'promotions'), { recursive: true, force: true });
  const digest = await putModel(ollama.server, 'talk:candidate', 'new', deps.root);
  candidate = { kind: 'ollama', uri: 'ollama:talk:candidate', digest, size: 1 };
  old = await putModel(ollama.server, 'talk:latest', 'old', deps.root);
});

const digestOf = async (name: string) => (await ollama.server.find(name))?.digest;
const options = () => ({ model: candidate, to: 'talk' });

test('the serving name moves to the candidate, and the replaced model is kept under its own tag', async () => {
  const { outputs, summary } = await carryOut(promote(deps), options());
  const kept = `talk:temper-kept-${old.slice(7, 19)}`;
  assert.equal(await digestOf('talk:latest'), candidate.digest);
  assert.equal(await digestOf(kept), old);
  assert.deepEqual(
    { ...outputs, model: undefined },
    { model: undefined, digest: candidate.digest, replaced: kept, changed: true },
  );
  assert.match(summary, /; the replaced model is kept as talk:temper-kept-/);
});

test('a tag that a kill during the copy damaged is written again, and the replaced model is still reported', async () => {
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

test('a new serving name keeps no model', async () => {
  const { outputs } = await carryOut(promote(deps), { model: candidate, to: 'fresh:one' });
  assert.equal(await digestOf('fresh:one'), candidate.digest);
  assert.equal(outputs.replaced, '');
  assert.equal(outputs.changed, true);
});

/** Ollama lists models by time, and those of one moment in any order. */
const named = async () => (await ollama.server.models()).sort((a, b) => a.name.localeCompare(b.name));

test('a name that already serves the candidate does not move', async () => {
  await carryOut(promote(deps), options());
  const before = await named();
  const calls = proxy.calls.length;
  const { outputs } = await carryOut(promote(deps), options());
  assert.equal(outputs.changed, false);
  assert.equal(outputs.replaced, '');
  assert.deepEqual(await named(), before);
  assert.ok(proxy.calls.slice(calls).every((call) => call.startsWith('GET')));
});

test('a candidate that has changed since its import is not promoted', async () => {
  await putModel(ollama.server, 'talk:candidate', 'other', deps.root);
  const failure = await failureOf(carryOut(promote(deps), options()));
  assert.equal(failure.type, 'INPUT_CHANGED');
  assert.equal(await digestOf('talk:latest'), old);
});

test('a missing candidate is reported', async () => {
  await ollama.server.delete('talk:candidate');
  assert.equal((await failureOf(carryOut(promote(deps), options()))).type, 'MODEL_NOT_IN_OLLAMA');
});

test('a retry repairs a connection cut at any call, and no model is lost meanwhile', async () => {
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
      await rm(join(deps.store.root, 'promotions'), { recursive: true });
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

const history = async () => historyOf(await readPromotions(deps.store.root, 'talk'));
const place = () => ({ store: deps.store.root, server: ollama.server, name: 'talk' });

/** Promotes a night's candidate, under the name that all nights use. */
async function night(content: string): Promise<{ digest: string; outputs: Outputs; summary: string }> {
  const digest = await putModel(ollama.server, 'talk:candidate', content, deps.root);
  const model: Handle = { kind: 'ollama', uri: 'ollama:talk:candidate', digest, size: 1 };
  const { outputs, summary } = await carryOut(
    promote(deps),
    { model, to: 'talk', keep: 2 },
    { runId: `night-${content}` },
  );
  return { digest, outputs, summary };
}

test('the ledger records a move with its run and the facts of the model', async () => {
  const runId = 'test-20260101-000000-facts';
  const staged = async (kind: Handle['kind'], meta: Manifest['meta']) => {
    const staging = await deps.store.stage('test');
    await writeFile(join(staging, 'files', 'content'), kind);
    return await deps.store.publish(staging, kind, meta);
  };
  const dataset = await staged('dataset', {});
  const report = await staged('report', { before: 'x', after: candidate.digest, metric: 'chrf' });
  const outcome = async (step: string, uses: StepKind, outputs: Outputs) =>
    await writeStepOutcome(join(deps.runs, runId, 'steps', step), {
      uses,
      outputs,
      summary: '',
      artifacts: [],
      key: '',
      finishedAt: '',
    });
  await outcome('data', 'prepare', { dataset, rows: 43 });
  await outcome('verdict', 'evaluate', { report, score: 0.8, baseline: 0.5, production: 0.7, better: true });
  const served = { name: 'talk:candidate', gguf: dataset, lineage: { dataset }, proof: report, createdAt: '' };
  await writeServed(deps.store.root, candidate.digest, served);
  await carryOut(promote(deps), options(), { runId, step: 'serve' });
  const { last, models } = await history();
  const { id: _, at: __, ...line } = last!;
  const facts = { metric: 'chrf', score: 0.8, baseline: 0.5, production: 0.7, report: report.digest };
  const known = { run: runId, step: 'serve', ...facts, data: dataset.digest, rows: 43 };
  assert.deepEqual(line, {
    event: 'begun',
    by: 'promote',
    name: 'talk',
    from: old,
    to: candidate.digest,
    source: 'talk:candidate',
    kept: keptName('talk', old),
    keep: 3,
    ...known,
  });
  assert.deepEqual(models.get(candidate.digest)?.facts, known);
});

test('two rollbacks go back two models; an unchanged night moves nothing, a new candidate and a rollback to a run do', async () => {
  const [a, b, c] = [await night('a'), await night('b'), await night('c')];
  assert.equal((await rollBack(place())).how, 'moved');
  assert.equal(await digestOf('talk:latest'), b.digest);
  await rollBack(place());
  assert.equal(await digestOf('talk:latest'), a.digest);

  const unchanged = await night('c');
  assert.deepEqual([unchanged.outputs.changed, unchanged.outputs.digest], [false, a.digest]);
  assert.match(
    unchanged.summary,
    /^talk stays \w{12}: \w{12} was served before and rolled back; `temper rollback talk --to night-c` serves it anyway$/,
  );
  assert.equal(await digestOf('talk:latest'), a.digest);

  assert.equal((await rollBack(place(), 'night-c')).how, 'moved');
  assert.equal((await night('c')).outputs.changed, false);
  assert.equal(await digestOf('talk:latest'), c.digest);
  const d = await night('d');
  assert.equal(d.outputs.changed, true);
  assert.equal(await digestOf('talk:latest'), d.digest);
});

test('an unchanged night does not serve a candidate again that a person replaced by hand', async () => {
  const { digest } = await night('a');
  await ollama.server.copy(keptName('talk', old), 'talk:latest');
  const { outputs, summary } = await night('a');
  assert.deepEqual([outputs.changed, outputs.digest], [false, old]);
  assert.match(summary, new RegExp(`${digest.slice(7, 19)} was served before and replaced by hand`));
});

test('replaced models beyond `keep` are removed, except the newest and those that another name serves', async () => {
  const a = await night('a');
  await ollama.server.copy('talk:candidate', 'foreign:latest');
  const b = await night('b');
  // Another serving name of the same repository may roll back to a model that this one drops.
  await carryOut(promote(deps), { model: { ...candidate, digest: b.digest }, to: 'talk:beta' });
  const c = await night('c');
  const d = await night('d');
  const names = (await named()).map(({ name }) => name);
  const tag = (digest: string) => keptName('talk', digest);
  assert.deepEqual(
    names,
    ['foreign:latest', 'talk:beta', 'talk:candidate', 'talk:latest', tag(b.digest), tag(c.digest)].sort((x, y) =>
      x.localeCompare(y),
    ),
  );
  assert.match(d.summary, new RegExp(`; removed beyond \`keep\`: ${tag(a.digest)}`));
  assert.equal(await digestOf('foreign:latest'), a.digest, 'temper removes only names that it gave');
  await ollama.kill();
  await ollama.start();
  await rollBack(place());
  await rollBack(place());
  assert.equal(await digestOf('talk:latest'), b.digest, 'the layers of kept models survive a restart');
});

test('a candidate whose name another import overwrites during the copy is not served', async () => {
  let copies = 0;
  proxy.decide = async (call): Promise<Fate> => {
    if (call === 'POST /api/copy' && ++copies === 2)
      await putModel(ollama.server, 'talk:candidate', 'other', deps.root);
    return 'pass';
  };
  const run = { runId: 'test-20260101-000000-overtaken' };
  assert.equal((await failureOf(carryOut(promote(deps), options(), run))).type, 'OLLAMA_FAILED');
  assert.equal(await digestOf('talk:latest'), old);
  assert.equal((await failureOf(carryOut(promote(deps), options(), run))).type, 'INPUT_CHANGED');
  const { stack, open } = await history();
  assert.deepEqual([stack, open], [[], undefined]);
});

test('a ledger with a torn last line is read without it and can be extended', async () => {
  await night('a');
  const file = join(deps.store.root, 'promotions', `${encodeURIComponent('talk:latest')}.jsonl`);
  await writeFile(file, `${await readFile(file, 'utf8')}{"event":"begun","id":"x","from":"sha`);
  const { digest } = await night('b');
  const { stack, open } = await history();
  assert.deepEqual([stack.at(-1), stack.length, open], [digest, 3, undefined]);
});
