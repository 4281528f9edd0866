// needs: python, ollama, llama.cpp
import assert from 'node:assert/strict';
import { chmod, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { digests, openPinned } from '../../../activities/engine/pinned-files.ts';
import { stepKey } from '../../../activities/engine/reuse/key.ts';
import { pin } from '../../../activities/lifecycle/pin.ts';
import { renderProblems } from '../../../cli/view/diagnostics/render-problems.ts';
import { makePlan } from '../../../core/language/plan/make-plan.ts';
import type { PathRules } from '../../../core/language/reading.ts';
import type { Plan } from '../../../core/run/plan.ts';
import type { PinInput, PinResult } from '../../../protocol/activities.ts';
import type { Progress } from '../../../protocol/progress.ts';
import { cacheDir } from '../../../services/machine/home.ts';
import { ensureConverter } from '../../../services/setup/llama-cpp/ensure.ts';
import { writeStepRecord } from '../../../services/store/reuse-index.ts';
import { failureOf, mockWorker } from '../../rig/carry-out.ts';
import { makeDeps } from '../../rig/deps.ts';
import { resolvedStep } from '../../rig/resolved-step.ts';
import { writeSmallBase } from '../../rig/small-base.ts';
import { smallGguf } from '../../rig/smallest-gguf.ts';

let deps: Awaited<ReturnType<typeof makeDeps>>;
before(async () => {
  deps = await makeDeps({ converter: (report) => ensureConverter(cacheDir(), report) });
  process.env.HF_ENDPOINT = 'http://127.0.0.1:9';
});
after(async () => {
  delete process.env.HF_ENDPOINT;
  await rm(deps.root, { recursive: true, force: true });
});

function plan(text: string): Plan {
  const planned = makePlan(text, '/p.yaml', {}, { fromDocument: (path) => path, fromShell: (path) => path });
  if (!planned.plan) throw new Error(renderProblems(planned, 'p.yaml'));
  return planned.plan;
}

let count = 0;
async function carryOut(text: string, over: Partial<PinInput> = {}, worker = mockWorker()): Promise<PinResult> {
  const input: PinInput = {
    runId: `p-20260101-000000-${count++}`,
    plan: over.plan ?? plan(text),
    reuse: true,
    ...over,
  };
  return await worker.run(pin(deps), input);
}
const road = (base: string, engine: string) => `
name: p
steps:
  data: { uses: prepare, with: { source: ${deps.root}/rows.jsonl } }
  train: { uses: train, with: { base: ${base}, dataset: "\${{ steps.data.outputs.dataset }}" } }
  best: { uses: checkpoint, with: { from: "\${{ steps.train.outputs.checkpoints }}" } }
  merged: { uses: merge, with: { base: ${base}, adapter: "\${{ steps.best.outputs.adapter }}" } }
  gguf: { uses: quantize, with: { model: "\${{ steps.merged.outputs.model }}", engine: ${engine} } }
`;

async function makeBase(architecture: string): Promise<string> {
  await writeFile(join(deps.root, 'rows.jsonl'), '{}\n');
  const folder = join(deps.root, architecture);
  await writeSmallBase(folder, { architectures: [architecture] });
  return folder;
}

test('files and folders that the document names are read to digests and recorded', async () => {
  const base = await makeBase('Qwen2ForCausalLM');
  const { pins } = await carryOut(road(base, 'auto'), { runId: 'p-20260101-000000-files' });
  assert.deepEqual(Object.keys(pins.files).sort(), [base, join(deps.root, 'rows.jsonl')].sort());
  assert.deepEqual(JSON.parse(await readFile(join(deps.runs, 'p-20260101-000000-files', 'pins.json'), 'utf8')), pins);
});

test('an exam is its questions: another form of them is no change, another question is one', async () => {
  const prompts = join(deps.root, 'exam');
  const text = `name: p
steps:
  made: { uses: run, with: { command: [x], outputs: { m: { path: m, type: gguf } } } }
  model: { uses: import, with: { gguf: "\${{ steps.made.outputs.m }}", name: m } }
  verdict: { uses: evaluate, with: { before: "\${{ steps.model.outputs.model }}", after: "\${{ steps.model.outputs.model }}", prompts: ${prompts} } }
`;
  const model = { uri: 'ollama:m', digest: 'sha256:1', size: 1, kind: 'ollama' };
  const step = resolvedStep('evaluate', { prompts, before: model, after: model });
  const keys: (string | undefined)[] = [];
  for (const content of [
    '{"prompt": "Which metal rusts?", "reference": "Iron."}\n',
    '{"reference":"Iron.",  "prompt":"Which metal rusts?", "id": 7}\r\n',
    'question,answer\nWhich metal rusts?,Iron.\n',
    '{"prompt": "Which metal rusts?", "reference": "Steel."}\n',
  ]) {
    await writeFile(prompts, content);
    const { pins } = await carryOut(text);
    keys.push((await stepKey({ ...deps, servingVersion: async () => '0.24.0' }, step, pins)).key);
  }
  assert.deepEqual(keys.slice(0, 3), [keys[0], keys[0], keys[0]]);
  assert.notEqual(keys[3], keys[0]);
});

test('a file that is not there ends the run before anything starts, and names the step', async () => {
  const failure = await failureOf(
    carryOut('name: p\nsteps:\n  data: { uses: prepare, with: { source: /nowhere/rows.jsonl } }\n'),
  );
  assert.equal(failure.type, 'FILE_NOT_FOUND');
  assert.match(failure.message, /step "data" needs \/nowhere\/rows\.jsonl/);
  assert.equal(failure.nonRetryable, true);
});

test('a base that no converter knows is refused before it is trained', async () => {
  const failure = await failureOf(carryOut(road(await makeBase('TeapotForCausalLM'), 'auto')));
  assert.equal(failure.type, 'UNSUPPORTED_ARCHITECTURE');
  assert.match(failure.message, /TeapotForCausalLM, which neither Ollama's converter nor llama\.cpp's/);
});

test('a base that only llama.cpp converts passes with `auto` and is refused with `engine: ollama`', async () => {
  const base = await makeBase('Qwen3ForCausalLM');
  await carryOut(road(base, 'auto'));
  const failure = await failureOf(carryOut(road(base, 'ollama')));
  assert.match(failure.message, /Qwen3ForCausalLM, which Ollama's converter does not know/);
});

test('without network a Hub name means what it meant when it was last seen, and the pin says so', async () => {
  await writeFile(join(deps.root, 'rows.jsonl'), '{}\n');
  const unseen = await failureOf(carryOut(road('org/unseen', 'auto')));
  assert.equal(unseen.type, 'HUB_UNREACHABLE');
  await writeFile(join(deps.pins, 'bases.json'), JSON.stringify({ 'org/seen': 'a'.repeat(40) }));
  const { pins } = await carryOut(road('org/seen', 'auto'));
  assert.deepEqual(pins.bases, { 'org/seen': { revision: 'a'.repeat(40), offline: true } });
});

test('a run tells how far the weights of its GGUF base are, before its first step', async () => {
  await writeFile(join(deps.root, 'rows.jsonl'), '{}\n');
  const [base, python] = [join(deps.root, 'model.gguf'), join(deps.root, 'python')];
  const metadata = { 'general.architecture': 'qwen2', 'tokenizer.chat_template': '{{ messages }}' };
  const names = ['q', 'k', 'v', 'output'].map((name) => `blk.0.attn_${name}.weight`);
  await writeFile(base, smallGguf(metadata, Object.fromEntries(names.map((name) => [name, [8, 8]]))));
  const lines = [
    { event: 'converting', done: 1, total: 4 },
    { event: 'failed', code: 'GGUF_UNSUPPORTED', message: 'no more is needed here', facts: {} },
  ];
  await writeFile(python, `#!/bin/sh\n${lines.map((line) => `echo '${JSON.stringify(line)}'`).join('\n')}\nexit 1\n`);
  await chmod(python, 0o755);
  const worker = mockWorker();
  const told: unknown[] = [];
  worker.on('heartbeat', ({ text, fraction }: Progress) => told.push([text, fraction]));
  const text = road(base, 'auto');
  const input = { runId: 'p-20260101-000000-gguf', plan: plan(text), reuse: true };
  const failure = await failureOf(worker.run(pin({ ...deps, python }), input));
  assert.equal(failure.type, 'GGUF_UNSUPPORTED');
  assert.deepEqual(told.at(-1), [`making 16-bit weights of ${base} (25 %)`, 0.25]);
});

test('a model that the plan does not make is looked up in Ollama at once; an Ollama that is away is waited for, half an hour', async () => {
  await writeFile(join(deps.root, 'q.jsonl'), '{"prompt": "q", "reference": "a"}\n');
  const after = async (minutes: number) =>
    await failureOf(
      carryOut(
        `name: p\nsteps:\n  v: { uses: evaluate, with: { before: a, after: b, prompts: ${deps.root}/q.jsonl } }\n`,
        {},
        mockWorker({ scheduledTimestampMs: Date.now() - minutes * 60_000 }),
      ),
    );
  assert.equal((await after(0)).type, 'OLLAMA_UNREACHABLE');
  assert.deepEqual([(await after(29)).nonRetryable, (await after(31)).nonRetryable], [false, true]);
});

test('a Hub that may not be asked is no Hub that is away: the run fails at once', async () => {
  process.env.HF_HUB_OFFLINE = '1';
  try {
    const failure = await failureOf(carryOut(road('org/unseen', 'auto')));
    assert.deepEqual([failure.type, failure.nonRetryable], ['HUB_FORBIDDEN', true]);
  } finally {
    delete process.env.HF_HUB_OFFLINE;
  }
});

test('a resumed run keeps its pins: nothing is resolved anew', async () => {
  const pins = { files: {}, bases: { 'org/unseen': { revision: 'b'.repeat(40) } }, models: {} };
  assert.deepEqual((await carryOut(road('org/unseen', 'auto'), { pins })).pins, pins);
});

test('steps are decided as far as their inputs are known, each from the results of the ones before', async () => {
  await makeBase('Qwen2ForCausalLM');
  const text = `name: p\nsteps:\n  data: { uses: prepare, with: { source: ${deps.root}/rows.jsonl } }\n  more: { uses: prepare, needs: data, with: { source: ${deps.root}/rows.jsonl, seed: 7 } }\n`;
  assert.deepEqual((await carryOut(text)).reused, {});
  const [data] = plan(text).steps;
  const { pins } = await carryOut(text);
  const { key } = await stepKey(deps, resolvedStep('prepare', data!.with as object), pins);
  await writeStepRecord(deps.store.root, {
    key: key!,
    uses: 'prepare',
    runId: 'p-20250101-000000-old',
    step: 'data',
    outputs: { rows: 1 },
    summary: 'as before',
    artifacts: [],
    ingredients: {},
    finishedAt: '',
  });
  const { reused } = await carryOut(text);
  assert.deepEqual(Object.keys(reused), ['data']);
  assert.equal(reused.data?.reusedFrom, 'p-20250101-000000-old');
  assert.deepEqual((await carryOut(text, { reuse: false })).reused, {});
});

test('what the pipelines within a run name is pinned with the whole, so that no two versions are mixed', async () => {
  const inner = join(deps.root, 'inner.jsonl');
  await writeFile(inner, '{}\n');
  const part = `name: part\nsteps:\n  data: { uses: prepare, with: { source: ${inner} } }\n`;
  const rules: PathRules = {
    fromDocument: (path) => path,
    fromShell: (path) => path,
    open: (path) => ({ path, shown: path, text: part, rules }),
  };
  const planned = makePlan('name: p\nsteps:\n  part: { uses: ./part.yaml }\n', '/p.yaml', {}, rules);
  const { pins } = await carryOut('', { plan: planned.plan! });
  assert.deepEqual(Object.keys(pins.files), [inner]);
  await rm(inner);
  const failure = await failureOf(carryOut('', { plan: planned.plan! }));
  assert.equal(failure.type, 'FILE_NOT_FOUND');
});

test('a base model that cannot be what its name says is refused before anything is hashed, with its file', async () => {
  const base = await makeBase('Qwen2ForCausalLM');
  await writeFile(join(base, 'model.safetensors'), 'version https://git-lfs.github.com/spec/v1\n');
  const failure = await failureOf(carryOut(road(base, 'auto')));
  assert.equal(failure.type, 'BASE_INCOMPLETE');
  assert.match(failure.message, /steps\.train\.with\.base: .*model\.safetensors is a pointer of Git LFS/);
});

test('what lies beside a base model, its spacing and its times change neither its pin nor a key', async () => {
  const base = await makeBase('Qwen2ForCausalLM');
  const text = road(base, 'auto');
  const { pins } = await carryOut(text);
  const config = await readFile(join(base, 'config.json'), 'utf8');
  await writeFile(join(base, 'README.md'), 'A model.');
  await writeFile(join(base, 'config.json'), JSON.stringify(JSON.parse(config), null, 4));
  const again = await carryOut(text);
  assert.deepEqual(again.pins.files[base], { ...pins.files[base], size: again.pins.files[base]!.size });
  await writeFile(join(base, 'tokenizer.json'), '{"other": true}');
  const other = await carryOut(text);
  assert.notEqual(other.pins.files[base]!.digest, pins.files[base]!.digest);
  await rm(join(base, 'README.md'));
});

test('a base model that changes during a run is refused with the file that changed; a pin of an earlier version still counts every byte', async () => {
  const base = await makeBase('Qwen2ForCausalLM');
  const { pins } = await carryOut(road(base, 'auto'));
  const earlier = { ...pins, files: { ...pins.files, [base]: await digests(deps).of(base) } };
  await writeFile(join(base, 'notes.txt'), 'x');
  await openPinned(deps, base, pins);
  await assert.rejects(openPinned(deps, base, earlier), /changed after the run began: it had/);
  await writeFile(join(base, 'tokenizer_config.json'), '{"chat_template": "other"}');
  await assert.rejects(
    openPinned(deps, base, pins),
    /changed after the run began: its tokenizer_config.json has other content/,
  );
});

test('a training that an earlier version recorded under all bytes of its base is found after the upgrade', async () => {
  const base = await makeBase('Qwen2ForCausalLM');
  const { pins } = await carryOut(road(base, 'auto'));
  const handle = { uri: 'artifact:x', digest: `sha256:${'a'.repeat(64)}`, size: 1, kind: 'adapter' as const };
  const step = resolvedStep('merge', { base, adapter: handle, dtype: 'auto' });
  const before = await stepKey(deps, step, { ...pins, files: { ...pins.files, [base]: await digests(deps).of(base) } });
  const now = await stepKey(deps, step, pins);
  assert.notEqual(now.key, before.key);
  assert.equal(await now.earlier?.(), before.key);
});
