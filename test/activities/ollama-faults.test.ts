// needs: python, ollama
import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { mkdir, readdir, readFile, rm, utimes, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { after, before, beforeEach, test } from 'node:test';
import { evaluate } from '../../activities/evaluate/evaluate.ts';
import { importModel } from '../../activities/import/import.ts';
import { record } from '../../activities/lifecycle/record.ts';
import { promote } from '../../activities/promote/promote.ts';
import { quantize } from '../../activities/quantize/quantize.ts';
import type { Handle } from '../../core/handles.ts';
import { historyOf } from '../../core/promotions.ts';
import type { RunState } from '../../core/run/run-state.ts';
import { OllamaServer } from '../../services/ollama/server.ts';
import { writeStagingNames } from '../../services/ollama/staging-names.ts';
import { keptName } from '../../services/promotion/kept-models.ts';
import { readPromotions } from '../../services/promotion/promotion-ledger.ts';
import { rollBack } from '../../services/promotion/roll-back.ts';
import { settleMoves } from '../../services/promotion/settle-moves.ts';
import { readLedger } from '../../services/runs/attempt-ledger.ts';
import { carryOut, failureOf } from '../rig/carry-out.ts';
import { makeDeps } from '../rig/deps.ts';
import { type Fate, type OllamaProxy, startProxy } from '../rig/servers/ollama-proxy.ts';
import { startOllama, type TestOllama } from '../rig/servers/ollama-server.ts';
import { putModel } from '../rig/smallest-gguf.ts';
import { makeTestModels, publishFolder } from '../rig/test-models.ts';

// A real Ollama is killed and started again; the proxy in front of it only tells when a call has come.
let deps: Awaited<ReturnType<typeof makeDeps>>;
let ollama: TestOllama;
let proxy: OllamaProxy;
let gguf: Handle;

before(async () => {
  ollama = await startOllama();
  proxy = await startProxy(ollama.url);
  deps = await makeDeps({ ollama: { serving: proxy.url, own: proxy.url, ownModels: ollama.models } });
  const models = join(deps.root, 'test-models');
  await makeTestModels(deps, models);
  const model = await publishFolder(deps, join(models, 'sound'), 'model', { normalised: 'as made' });
  const made = await carryOut(quantize(deps), { model, type: 'f16', engine: 'ollama' });
  gguf = made.outputs.gguf as Handle;
});
after(async () => {
  await proxy.stop();
  await ollama.stop();
  await rm(deps.root, { recursive: true, force: true });
});
beforeEach(() => {
  proxy.decide = () => 'pass';
});

const restart = async () => {
  await ollama.kill();
  await ollama.start();
};
const parameters = { num_thread: 1 };
const named = async () => (await ollama.server.models()).map(({ name }) => name).sort();
const digestOf = async (name: string) => (await ollama.server.find(name))?.digest;

/** Does something at the n-th call that matches, once. */
function at(call: RegExp, fault: () => Fate | Promise<Fate>, nth = 1): void {
  let seen = 0;
  proxy.decide = (each) => (call.test(each) && ++seen === nth ? fault() : 'pass');
}

let killed: Promise<void>;

/** Ollama is killed some milliseconds after this call has come to it; what it may have answered meanwhile is lost. */
function killedIn(call: RegExp, afterMs: number, nth = 1): void {
  let kill!: () => void;
  killed = new Promise<void>((resolve) => {
    kill = resolve;
  }).then(() => ollama.kill());
  at(
    call,
    () => {
      setTimeout(kill, afterMs);
      return 'cut after';
    },
    nth,
  );
}

const startAgain = async () => {
  await killed;
  await ollama.start();
};

/** The attempt ends because Ollama is away, which never spends the step's own attempts, of which there is one. */
async function assertAway(work: Promise<unknown>, where: string): Promise<void> {
  const failure = await failureOf(work, where);
  assert.equal(failure.type, 'OLLAMA_UNREACHABLE', `${where}: ${failure.message}`);
  assert.equal(failure.nonRetryable, false, where);
}

test('an Ollama killed in mid-upload has nothing of it after its start, and takes the file when it is sent again', async () => {
  const bytes = Buffer.alloc(64 << 20, 5);
  const file = join(deps.root, 'large');
  await writeFile(file, bytes);
  const digest = `sha256:${createHash('sha256').update(bytes).digest('hex')}`;
  let killing: Promise<void> | undefined;
  const onBytes = (sent: number, total: number) => {
    if (sent > total / 3) killing ??= ollama.kill();
  };
  await assert.rejects(ollama.server.uploadBlob(file, digest, { onBytes }), { code: 'OLLAMA_UNREACHABLE' });
  await killing;
  await ollama.start();
  assert.equal(await ollama.server.hasBlob(digest), false);
  await ollama.server.uploadBlob(file, digest);
  assert.equal(await ollama.server.hasBlob(digest), true);
});

test('an import whose Ollama is away at each of its stages in turn ends with the same model, and leaves no other', async () => {
  const reference = await carryOut(importModel(deps), { gguf, name: 'reference', parameters });
  await ollama.server.delete('reference');
  await restart(); // unnamed blobs are gone, so the upload is made again
  const run = { runId: 'test-20260101-000000-import', maxAttempts: 1 };
  const attempt = () => carryOut(importModel(deps), { gguf, name: 'candidate', parameters }, run);

  await ollama.kill();
  await assertAway(attempt(), 'down from the start');
  await ollama.start();
  // Ollama prunes what is older than an hour, and nothing where a kill inside a creation or a copy has torn a manifest.
  at(/^POST \/api\/create/, async (): Promise<Fate> => {
    const blobs = join(ollama.models, 'blobs');
    for (const name of await readdir(blobs)) await utimes(join(blobs, name), 0, 0);
    await restart();
    return 'pass';
  });
  await assertAway(attempt(), 'restarted between upload and creation, so that the blob is pruned');
  for (const [call, ms] of [
    [/^POST \/api\/blobs/, 0],
    [/^POST \/api\/create/, 20],
    [/^POST \/api\/chat|generate/, 5],
    [/^POST \/api\/copy/, 0],
  ] as const) {
    killedIn(call, ms);
    await assertAway(attempt(), `killed ${ms} ms into ${call}`);
    await startAgain();
  }
  proxy.decide = () => 'pass';
  const { outputs } = await attempt();

  assert.equal((outputs.model as Handle).digest, (reference.outputs.model as Handle).digest);
  assert.equal(await digestOf('candidate'), (outputs.model as Handle).digest);
  assert.deepEqual(await named(), ['candidate:latest']);
  const ends = (await readLedger(join(deps.runs, run.runId, 'steps', 'step', 'attempts.jsonl'))).flatMap((line) =>
    line.event === 'ended' ? [line.how] : [],
  );
  assert.deepEqual(ends, [...Array.from({ length: 6 }, () => 'failed'), 'succeeded']);
});

test('what a step had to leave in Ollama, which was away as the step ended well, goes with the record of its run', async () => {
  const runId = 'test-20260101-000000-left';
  const folder = join(deps.runs, runId, 'steps', 'gguf');
  await mkdir(folder, { recursive: true });
  const name = 'temper-staging-left:latest';
  await ollama.server.copy('candidate', name);
  await writeStagingNames(folder, [{ url: ollama.url, name }]);
  const steps = { gguf: { uses: 'quantize', state: 'succeeded' } };
  const run = { runId, pipeline: 'p', status: 'succeeded', startedAt: 0, steps } as RunState;
  await ollama.kill();
  await record(deps)(run); // ends as well, and leaves it to a clean-up
  await ollama.start();
  assert.ok((await named()).includes(name));
  await record(deps)(run);
  assert.ok(!(await named()).includes(name));
});

test('an Ollama that has been away for half a day ends the step', async () => {
  const run = { runId: 'test-20260101-000000-away', maxAttempts: 1 };
  const away = { ...deps, ollama: { ...deps.ollama, serving: 'http://127.0.0.1:9' } };
  const model: Handle = { kind: 'ollama', uri: 'ollama:x', digest: 'sha256:0', size: 1 };
  const attempt = () => carryOut(promote(away), { model, to: 'y' }, run);
  await assertAway(attempt(), 'just now');
  const file = join(deps.runs, run.runId, 'steps', 'step', 'attempts.jsonl');
  const before = new Date(Date.now() - 12.1 * 3_600_000).toISOString();
  await writeFile(file, (await readFile(file, 'utf8')).replaceAll(/"at":"[^"]+"/g, `"at":"${before}"`));
  assert.equal((await failureOf(attempt())).nonRetryable, true);
});

test('an evaluation whose Ollama is killed between two questions comes to the same report', async () => {
  const prompts = join(deps.root, 'questions.jsonl');
  const asked = ['snow', 'coal', 'grass'].map((what) => ({ prompt: `What color is ${what}?`, reference: 'white' }));
  await writeFile(prompts, asked.map((line) => `${JSON.stringify(line)}\n`).join(''));
  await carryOut(importModel(deps), { gguf, name: 'judged', parameters });
  const options = { before: 'judged', after: 'judged', prompts, max_tokens: 6 };
  const run = { runId: 'test-20260101-000000-evaluate', maxAttempts: 1, reuse: false };
  const attempt = () => carryOut(evaluate(deps), options, run);
  await ollama.kill();
  await assertAway(attempt(), 'down from the start');
  await ollama.start();
  killedIn(/^POST \/api\/chat/, 0, 2);
  await assertAway(attempt(), 'killed in the second question');
  await startAgain();
  const healed = await attempt();
  const reportOf = async ({ outputs }: typeof healed) => {
    const { path } = await deps.store.open(outputs.report as Handle);
    return await readFile(join(path, 'report.json'), 'utf8');
  };
  const quiet = await carryOut(evaluate(deps), options, { reuse: false });
  assert.equal(await reportOf(healed), await reportOf(quiet));
});

test('a promotion whose Ollama is killed inside any of its copies is healed by the retry, and the old model is kept', async () => {
  const digest = await putModel(ollama.server, 'talk:candidate', 'new', deps.root);
  const candidate: Handle = { kind: 'ollama', uri: 'ollama:talk:candidate', digest, size: 1 };
  const old = await putModel(ollama.server, 'talk:latest', 'old', deps.root);
  const kept = keptName('talk', old);
  for (const [copy, ms] of [
    [1, 0],
    [1, 2],
    [2, 0],
    [2, 1],
    [2, 3],
  ] as const) {
    const where = `killed ${ms} ms into copy ${copy}`;
    const run = { runId: `test-20260101-000000-promote${copy}${ms}`, maxAttempts: 1 };
    const attempt = () => carryOut(promote(deps), { model: candidate, to: 'talk' }, run);
    killedIn(/^POST \/api\/copy/, ms, copy);
    await assertAway(attempt(), where);
    await startAgain();
    const meanwhile = await ollama.server.models();
    assert.ok(
      meanwhile.some((model) => model.digest === old),
      `${where}: the old model is still named`,
    );
    const { outputs } = await attempt();
    assert.deepEqual([outputs.changed, outputs.replaced], [true, kept], where);
    assert.deepEqual([await digestOf('talk:latest'), await digestOf(kept)], [digest, old], where);
    const { stack, open } = historyOf(await readPromotions(deps.store.root, 'talk'));
    assert.deepEqual([stack, open], [[old, digest], undefined], where);
    await ollama.server.copy(kept, 'talk:latest');
    await ollama.server.delete(kept);
    await rm(join(deps.store.root, 'promotions'), { recursive: true });
  }
});

test('a rollback whose Ollama is killed inside any of its copies is settled by the next worker, and either model is served', async () => {
  const digest = await putModel(ollama.server, 'walk:candidate', 'walked', deps.root);
  const candidate: Handle = { kind: 'ollama', uri: 'ollama:walk:candidate', digest, size: 1 };
  const old = await putModel(ollama.server, 'walk:latest', 'walking', deps.root);
  await carryOut(promote(deps), { model: candidate, to: 'walk' });
  const place = { store: deps.store.root, server: new OllamaServer(proxy.url), name: 'walk' };
  for (const [copy, ms] of [
    [1, 1],
    [2, 0],
    [2, 1],
    [2, 3],
  ] as const) {
    killedIn(/^POST \/api\/copy/, ms, copy);
    await assert.rejects(rollBack(place), { code: 'OLLAMA_UNREACHABLE' });
    await startAgain();
    proxy.decide = () => 'pass';
    await settleMoves(deps.store.root, proxy.url);
    const serving = await digestOf('walk:latest');
    const { stack, open } = historyOf(await readPromotions(deps.store.root, 'walk'));
    const where = `killed ${ms} ms into copy ${copy}`;
    assert.ok(serving === old || serving === digest, where);
    assert.deepEqual([stack.at(-1), open], [serving, undefined], where);
    // From the top again; the second copy of a rollback comes only where the first is needed.
    await ollama.server.copy('walk:candidate', 'walk:latest');
    await ollama.server.delete(keptName('walk', digest));
    await rm(join(deps.store.root, 'promotions'), { recursive: true });
    await ollama.server.copy(keptName('walk', old), 'walk:latest');
    await carryOut(promote(deps), { model: candidate, to: 'walk' });
  }
});

test('an Ollama that answers with an error of its own is a failure of the step; one that is not ready is waited for', async () => {
  const digest = await putModel(ollama.server, 'sick:candidate', 'sick', deps.root);
  const model: Handle = { kind: 'ollama', uri: 'ollama:sick:candidate', digest, size: 1 };
  const answered = async (status: number) => {
    at(/^POST \/api\/copy/, () => ({ status, body: '{"error":"no luck"}' }));
    return await failureOf(carryOut(promote(deps), { model, to: 'well' }, { maxAttempts: 1 }));
  };
  const failed = await answered(500);
  assert.deepEqual([failed.type, failed.nonRetryable], ['OLLAMA_FAILED', true]);
  assert.match(failed.message, /no luck/);
  for (const status of [502, 503, 504]) {
    const waits = await answered(status);
    assert.deepEqual([waits.type, waits.nonRetryable], ['OLLAMA_UNREACHABLE', false]);
  }
});
