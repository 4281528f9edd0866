// needs: python
import assert from 'node:assert/strict';
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { stepKey } from '../../../activities/engine/reuse/key.ts';
import { pin } from '../../../activities/lifecycle/pin.ts';
import { prepare } from '../../../activities/prepare/prepare.ts';
import type { Handle } from '../../../core/handles.ts';
import { makePlan } from '../../../core/language/plan/make-plan.ts';
import type { PinInput, PinResult, Pins } from '../../../protocol/activities.ts';
import { carryOut, failureOf, mockWorker } from '../../rig/carry-out.ts';
import { makeDeps } from '../../rig/deps.ts';
import { resolvedStep } from '../../rig/resolved-step.ts';

let deps: Awaited<ReturnType<typeof makeDeps>>;
let hub: ChildProcess;
before(async () => {
  deps = await makeDeps();
  hub = spawn(deps.python, [new URL('../../rig/hub_server.py', import.meta.url).pathname], {
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  const [line] = (await once(hub.stdout!, 'data')) as [Buffer];
  process.env.HF_ENDPOINT = line.toString().trim();
  process.env.HF_HOME = join(deps.root, 'hf');
});
after(async () => {
  delete process.env.HF_ENDPOINT;
  delete process.env.HF_HOME;
  hub.stdin!.end();
  await rm(deps.root, { recursive: true, force: true });
});

const commit = '0123456789abcdef0123456789abcdef01234567';
const options = {
  source: 'hub:org/rows',
  eval_split: 0,
  mix: { more: { source: 'hub:org/rows', split: 'test', weight: 2 } },
};

async function pinned(source = 'hub:org/rows'): Promise<Pins> {
  const text = `{ name: p, steps: { data: { uses: prepare, with: ${JSON.stringify({ ...options, source })} } } }`;
  const rules = { fromDocument: (path: string) => `/d/${path}`, fromShell: (path: string) => path };
  const { plan } = makePlan(text, '/d/p.yaml', {}, rules);
  const input: PinInput = { runId: 'p-20260101-000000-hub', plan: plan!, reuse: false };
  const found: PinResult = await mockWorker().run(pin(deps), input);
  return found.pins;
}

test('a dataset of the Hub is pinned to its commit, fetched and made into rows, also in a mix', async () => {
  const pins = await pinned();
  assert.equal(pins.datasets?.['hub:org/rows']?.revision, commit);
  assert.deepEqual(
    Object.values(pins.datasets ?? {}).map(({ files }) => files.map(({ name }) => name)),
    [['data/train-0.jsonl', 'data/train-1.jsonl'], ['data/test.jsonl']],
  );
  assert.deepEqual(pins.files, {});
  const done = await carryOut(prepare(deps), options, { pins });
  assert.match(
    done.summary,
    /^5 rows: 5 to train on.*org\/rows of the Hub at 0123456; org\/rows of the Hub at 0123456$/,
  );
  const { path } = await deps.store.open(done.outputs.dataset as Handle);
  const answers = (await readFile(join(path, 'train.jsonl'), 'utf8')).match(/(?<=assistant", "content": ")\w+/g);
  assert.deepEqual(answers, ['Ann', 'Bo', 'Cy', 'Di', 'Di']);
});

test('the key is the commit with the bytes of the files, whatever revision names it', async () => {
  const [pins, named] = [await pinned(), await pinned('hub:org/rows@main')];
  const keyOf = async (more: object, with_: Pins) =>
    (await stepKey(deps, resolvedStep('prepare', { source: 'hub:org/rows', ...more }), with_)).key;
  const key = await keyOf({}, pins);
  assert.equal(await keyOf({ source: 'hub:org/rows@main' }, named), key);
  assert.notEqual(await keyOf({ split: 'test' }, pins), key);
  const pinnedRows = pins.datasets!['hub:org/rows']!;
  const moved = { ...pins, datasets: { 'hub:org/rows': { ...pinnedRows, revision: 'f'.repeat(40) } } };
  assert.notEqual(await keyOf({}, moved), key);
});

test('while the Hub is away the last commit stands for the name, and the step says so', async () => {
  const before = await pinned();
  const { HF_ENDPOINT } = process.env;
  process.env.HF_ENDPOINT = 'http://127.0.0.1:9';
  try {
    const pins = await pinned();
    assert.equal(pins.datasets?.['hub:org/rows']?.offline, true);
    assert.deepEqual(pins.datasets['hub:org/rows'].files, before.datasets!['hub:org/rows']!.files);
    const done = await carryOut(prepare(deps), options, { pins, reuse: false });
    assert.match(done.summary, /org\/rows of the Hub at 0123456, the last commit seen here: the Hub did not answer/);
    assert.equal((await failureOf(pinned('hub:org/unseen'))).type, 'HUB_UNREACHABLE');
  } finally {
    process.env.HF_ENDPOINT = HF_ENDPOINT;
  }
});
