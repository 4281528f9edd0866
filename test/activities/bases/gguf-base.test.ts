// needs: python, ollama, small model
import assert from 'node:assert/strict';
import { mkdir, readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { openGgufBase } from '../../../activities/bases/gguf-base.ts';
import { proveGgufBase } from '../../../activities/bases/prove-gguf-base.ts';
import { pin } from '../../../activities/lifecycle/pin.ts';
import { makePlan } from '../../../core/language/plan/make-plan.ts';
import type { Plan } from '../../../core/run/plan.ts';
import type { PinResult } from '../../../protocol/activities.ts';
import { cacheDir } from '../../../services/machine/home.ts';
import { ensureSmallModel } from '../../../services/setup/models/small-model.ts';
import { mockWorker } from '../../rig/carry-out.ts';
import { makeDeps } from '../../rig/deps.ts';
import { startOllama, type TestOllama } from '../../rig/servers/ollama-server.ts';

const digest = 'sha256:b179c9523d0e6a0f98a330c7562b682750a6f8c8c15e5bc70ea373728110db53';
const base = 'ollama:smol:small';

let deps: Awaited<ReturnType<typeof makeDeps>>;
let ollama: TestOllama;

before(async () => {
  ollama = await startOllama();
  deps = await makeDeps({ ollama: { serving: ollama.url, own: ollama.url, ownModels: ollama.models } });
  const { path } = await ensureSmallModel(cacheDir(), () => {});
  await ollama.server.uploadBlob(path, digest);
  await ollama.server.create({ model: 'smol:small', files: { 'model.gguf': digest }, system: 'You are a pirate.' });
});
after(async () => {
  await ollama.stop();
  await rm(deps.root, { recursive: true, force: true });
});

function plan(named: string): Plan {
  const text = `name: p\nsteps:\n  data: { uses: prepare, with: { source: /none.jsonl, tokenizer: "${named}" } }\n`;
  const planned = makePlan(text, '/p.yaml', {}, { fromDocument: (path) => path, fromShell: (path) => path });
  assert.ok(planned.plan, JSON.stringify(planned));
  const { steps } = planned.plan;
  return {
    ...planned.plan,
    steps: steps.map((step) => ({ ...step, with: { ...(step.with as object), source: import.meta.filename } })),
  };
}

async function contextIn(name: string) {
  const folder = join(deps.root, name);
  await mkdir(folder);
  const lines: string[] = [];
  const log = async (line: string) => void lines.push(line);
  const signal = new AbortController().signal;
  return { lines, context: { deps, folder, logFile: join(folder, 'log'), signal, log, progress: () => {} } };
}

test('a model in Ollama becomes a base of 16 bits that is proven to be that model', async () => {
  const input = { runId: 'p-20260101-000000-gguf', plan: plan(base), reuse: false };
  const { pins } = (await mockWorker().run(pin(deps), input)) as PinResult;
  const pinned = pins.bases[base];
  assert.equal(pinned?.revision, digest);
  assert.deepEqual([pinned?.architecture, pinned?.quantization], ['LlamaForCausalLM', 'Q4_1']);

  const { context, lines } = await contextIn('first');
  const opened = await openGgufBase(context, base, pins);
  assert.deepEqual([opened.digest, opened.name], [`gguf:${digest}`, 'ollama:smol:small, dequantized from Q4_1']);
  await proveGgufBase(context, base, opened);
  console.log(lines.join('\n'));
  assert.match(await readFile(join(opened.path, 'config.json'), 'utf8'), /LlamaForCausalLM/);
});
