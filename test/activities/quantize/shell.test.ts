// needs: python, ollama, llama.cpp
import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { mkdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { promisify } from 'node:util';
import type { WorkContext } from '../../../activities/engine/deps.ts';
import { pinRoutes, proveRoutes } from '../../../activities/quantize/shell/prove-plan.ts';
import { wantedRoutes } from '../../../activities/quantize/shell/wanted-routes.ts';
import { TemperError } from '../../../core/errors/temper-error.ts';
import { makePlan } from '../../../core/language/plan/make-plan.ts';
import type { Plan } from '../../../core/run/plan.ts';
import { cacheDir } from '../../../services/machine/home.ts';
import { OllamaServer } from '../../../services/ollama/server.ts';
import { ensureConverter } from '../../../services/setup/llama-cpp/ensure.ts';
import { isAtLeast } from '../../../services/setup/programs/find-program.ts';
import { makeDeps } from '../../rig/deps.ts';
import { startOllama, type TestOllama } from '../../rig/servers/ollama-server.ts';

let deps: Awaited<ReturnType<typeof makeDeps>>;
let ollama: TestOllama;
let bases: string;

before(async () => {
  ollama = await startOllama();
  deps = await makeDeps({
    ollama: { serving: ollama.url, own: ollama.url, ownModels: ollama.models },
    servingVersion: () => new OllamaServer(ollama.url).version(),
    converter: (report) => ensureConverter(cacheDir(), report),
  });
  bases = join(deps.root, 'bases');
  await promisify(execFile)(deps.python, [join(import.meta.dirname, '../make_bases.py'), bases]);
});
after(async () => {
  await ollama.stop();
  await rm(deps.root, { recursive: true, force: true });
});

let count = 0;
async function context(): Promise<WorkContext & { lines: string[] }> {
  const folder = join(deps.runs, `r${count++}`);
  await mkdir(folder, { recursive: true });
  const lines: string[] = [];
  const signal = new AbortController().signal;
  return {
    deps,
    folder,
    logFile: join(folder, 'log.txt'),
    signal,
    log: async (line) => void lines.push(line),
    progress: () => {},
    lines,
  };
}

interface Road {
  base: string;
  template?: string;
  engine?: string;
  type?: string;
  isServed?: boolean;
}

function plan({ base, template, engine = 'auto', type = 'f16', isServed = true }: Road): Plan {
  const text = `
name: p
steps:
  data: { uses: prepare, with: { source: ./rows.jsonl } }
  train: { uses: train, with: { base: ${base}, dataset: "\${{ steps.data.outputs.dataset }}"${template ? `, template: ${template}` : ''} } }
  best: { uses: checkpoint, with: { from: "\${{ steps.train.outputs.checkpoints }}" } }
  merged: { uses: merge, with: { base: ${base}, adapter: "\${{ steps.best.outputs.adapter }}" } }
  gguf: { uses: quantize, with: { model: "\${{ steps.merged.outputs.model }}", engine: ${engine}, type: ${type} } }
  ${isServed ? 'model: { uses: import, with: { gguf: "${{ steps.gguf.outputs.gguf }}", name: m } }' : ''}
`;
  const planned = makePlan(text, '/p.yaml', {}, { fromDocument: (path) => path, fromShell: (path) => path });
  assert.ok(planned.plan, JSON.stringify(planned.diagnostics));
  return planned.plan;
}

const pins = { files: {}, bases: {}, models: {} };
const base = (name: string) => join(bases, name);

async function prove(road: Road) {
  const proven = await proveRoutes(await context(), wantedRoutes(plan(road)), pins);
  assert.equal(proven.length, 1);
  return proven[0]!;
}

async function refusalOf(road: Road): Promise<TemperError> {
  const error = await pinRoutes(await context(), plan(road), pins).then(
    () => undefined,
    (thrown: unknown) => thrown,
  );
  assert.ok(error instanceof TemperError, `it was not refused: ${error}`);
  assert.equal(error.code, 'BASE_NOT_SERVABLE');
  assert.deepEqual(await ollama.server.models(), []);
  return error;
}

test('a base that Ollama converts and serves rightly is proven on its shell, and the second time from the store', async () => {
  const first = await prove({ base: base('qwen'), type: 'q4_K_M' });
  assert.equal(first.route.verdict, 'proven', JSON.stringify(first.route, null, 1));
  assert.equal(first.route.engine, 'ollama');
  assert.deepEqual(
    first.route.trials[0]!.proofs.map(({ name, ok, possible }) => [name, ok, possible]),
    ['architecture', 'prompt', 'tokens', 'stop'].map((name) => [name, true, true]),
  );
  assert.equal(first.known, false);
  const again = await prove({ base: base('qwen'), type: 'q4_K_M' });
  assert.equal(again.known, true);
  assert.deepEqual(again.route, first.route);
  assert.deepEqual(await ollama.server.models(), []);
});

for (const name of ['smollm', 'gpt2-words']) {
  test(`${name}: Ollama's converter is refuted by the tokens of its shell, and llama.cpp's is taken`, async () => {
    const { route } = await prove({ base: base(name) });
    assert.equal(route.verdict, 'proven', JSON.stringify(route, null, 1));
    assert.equal(route.engine, 'llama.cpp');
    assert.match(route.reason!, /not by ollama: tokens: the chat "\w+" has other tokens/);
  });
}

test('a training whose tokens nobody serves rightly is refused with what each converter made of it', async () => {
  const error = await refusalOf({ base: base('nobody') });
  assert.match(error.message, /step "train" would train .*nobody \(Qwen2ForCausalLM\)/);
  assert.match(
    error.message,
    /by Ollama’s converter: tokens: [\s\S]*by llama\.cpp’s converter: .*does not know how this tokenizer/,
  );
  assert.match(error.remedy, /choose another base model/);
});

test('a converter that the document names is refused with the way to another', async () => {
  const error = await refusalOf({ base: base('smollm'), engine: 'ollama' });
  assert.match(error.remedy, /^Set `engine: auto`/);
});

test('a template that Ollama cannot render is refused', async () => {
  const error = await refusalOf({ base: base('qwen'), template: join(bases, 'numbered.jinja') });
  assert.match(error.message, /prompt: Ollama renders the chat "plain" differently/);
  assert.match(error.remedy, /^Give the training another `template` file/);
});

test('an Ollama that a person started, which renders by the template of its choice, is proven by what it renders', async () => {
  const theirs = await startOllama({ goTemplate: false });
  try {
    const serving = { ...deps, ollama: { ...deps.ollama, serving: theirs.url } };
    const road = plan({ base: base('qwen'), template: join(bases, 'tools.jinja') });
    const [proven] = await proveRoutes({ ...(await context()), deps: serving }, wantedRoutes(road), pins);
    const { verdict, trials } = proven!.route;
    assert.equal(verdict, 'proven', JSON.stringify(trials, null, 1));
    const prompt = trials.at(-1)!.proofs.find(({ name }) => name === 'prompt')!;
    const all = isAtLeast(await theirs.server.version(), '0.33.0');
    assert.deepEqual(prompt.coverage!.leftOut, all ? [] : [{ chat: 'edges', code: 'trimmed', detail: null }]);
  } finally {
    await theirs.stop();
  }
});

test('without an import the converter alone is tried', async () => {
  const { route } = await prove({ base: base('qwen'), template: join(bases, 'numbered.jinja'), isServed: false });
  assert.equal(route.verdict, 'proven');
  assert.deepEqual(route.trials, [{ engine: 'ollama', proofs: [] }]);
});

test('a base of which no shell can be made is not refused: the run goes on, and the pins say why', async () => {
  const routes = await pinRoutes(await context(), plan({ base: base('novel') }), {
    ...pins,
    files: { [base('novel')]: { digest: 'sha256:1', size: 1 } },
  });
  assert.equal(routes.length, 1);
  assert.equal(routes[0]!.engine, undefined);
  assert.match(routes[0]!.problem!, /NovelForCausalLM/);
});
