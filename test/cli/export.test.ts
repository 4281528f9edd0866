// needs: ollama
import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { promisify } from 'node:util';
import type { Handle } from '../../core/handles.ts';
import { cacheDir, type Home, openHome } from '../../services/machine/home.ts';
import { writeServed } from '../../services/ollama/served-models.ts';
import { programPath } from '../../services/setup/programs/find-program.ts';
import { pins } from '../../services/setup/versions.ts';
import { dropBytes } from '../../services/store/artifact-removal.ts';
import { ArtifactStore } from '../../services/store/artifacts.ts';
import { parseShape } from '../rig/assert-shape.ts';
import { startOllama, type TestOllama } from '../rig/servers/ollama-server.ts';
import { putModel } from '../rig/smallest-gguf.ts';
import { temper } from '../rig/temper.ts';

const run = 'talk-20260101-120000-abcd';
let ollama: TestOllama;
let folder: string;
let home: Home;
let store: ArtifactStore;
let env: Record<string, string>;
let digest: string;
let [gguf, adapter]: Handle[] = [];

before(async () => {
  ollama = await startOllama();
  folder = await mkdtemp(join(tmpdir(), 'temper-export-'));
  env = { TEMPER_HOME: join(folder, 'home'), XDG_CONFIG_HOME: folder, OLLAMA_HOST: ollama.url };
  home = openHome(env);
  store = new ArtifactStore(home.store);
  await putModel(ollama.server, 'plain', 'talk', folder);
  const bytes = await readFile(join(folder, 'talk.gguf'));
  const file = `sha256:${createHash('sha256').update(bytes).digest('hex')}`;
  // Texts that end a Modelfile's line, quote, and look like its words.
  await ollama.server.create({
    model: 'talk:candidate',
    files: { 'model.gguf': file },
    template: '{{ .System }}\nFROM "here"\n{{ .Prompt }}',
    system: 'Be "brief".\nPARAMETER of nothing.',
    parameters: { stop: ['<|im_end|>'], temperature: 0.5 },
  });
  const made = (await ollama.server.find('talk:candidate'))!;
  digest = made.digest;
  adapter = await publish('adapter', 'adapter_config.json', '{}');
  gguf = await publish('gguf', 'model.gguf', bytes);
  const lineage = { base: { name: 'org/base', digest: 'hub:org/base@0123abc' }, adapter, type: 'q8_0' };
  const proof = await publish('report', 'proof.json', '{}');
  await writeServed(store.root, digest, { name: 'talk:candidate', gguf, lineage, proof, createdAt: '2026-01-01' });
  const model: Handle = { kind: 'ollama', uri: 'ollama:talk:candidate', digest, size: 1 };
  const steps = {
    gguf: { uses: 'quantize', state: 'succeeded', outputs: { gguf } },
    model: { uses: 'import', state: 'succeeded', outputs: { model, proof } },
  };
  await mkdir(join(home.runs, run), { recursive: true });
  const state = { runId: run, pipeline: 'talk', status: 'succeeded', steps, startedAt: 1, endedAt: 2 };
  await writeFile(join(home.runs, run, 'run.json'), JSON.stringify(state));
  await writeFile(join(home.runs, run, 'plan.json'), JSON.stringify({ pipeline: 'talk', inputs: {}, steps: [] }));
});
after(async () => {
  await ollama.stop();
  await rm(folder, { recursive: true, force: true });
});

async function publish(kind: Handle['kind'], name: string, content: string | Buffer): Promise<Handle> {
  const staging = await store.stage('test');
  await writeFile(join(staging, 'files', name), content);
  return await store.publish(staging, kind);
}

/** Makes a model of an exported folder as a colleague would, and returns its digest. */
async function create(name: string, from: string): Promise<string> {
  const program = process.env.OLLAMA_PATH || programPath(cacheDir(), 'ollama', pins.ollama);
  const host = { ...process.env, HOME: folder, OLLAMA_HOST: ollama.url };
  await promisify(execFile)(program, ['create', name, '-f', 'Modelfile'], { cwd: from, env: host });
  return (await ollama.server.find(name))!.digest;
}

test('`ollama create` in an exported folder makes the same model, to the digest', async () => {
  const out = join(folder, 'out');
  const { code, stdout, stderr } = await temper(['export', run, out, '--json'], env);
  assert.equal(code, 0, stderr);
  const told = parseShape('export', stdout);
  assert.deepEqual([told.model, told.digest, told.adapter], ['talk', digest, true]);
  assert.deepEqual(
    told.files.map(({ path }) => path),
    ['Modelfile', 'README.md', 'adapter/adapter_config.json', 'model.gguf'],
  );
  assert.match(await readFile(join(out, 'README.md'), 'utf8'), /^---\nbase_model: org\/base\n/);
  assert.equal(await create('again', out), digest);
});

test('a folder with files in it is left as it is', async () => {
  const out = join(folder, 'mine');
  await mkdir(out);
  await writeFile(join(out, 'thesis.txt'), 'years of work');
  const { code, stderr } = await temper(['export', run, out], env);
  assert.equal(code, 2);
  assert.match(stderr, /is not empty; nothing was written/);
  assert.deepEqual(await readdir(out), ['thesis.txt']);
});

test('weights that the store has dropped come from Ollama, and an adapter that is gone is said', async () => {
  for (const handle of [gguf!, adapter!]) await dropBytes(store, handle, 'gc');
  const out = join(folder, 'dropped');
  const { code, stdout, stderr } = await temper(['export', run, out], env);
  assert.equal(code, 0, stderr);
  assert.match(stdout, /without the adapter: the store no longer has it/);
  assert.equal(await create('once-more', out), digest);
});
