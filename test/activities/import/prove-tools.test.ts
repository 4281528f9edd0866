// needs: python, ollama, llama.cpp, small model
import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { promisify } from 'node:util';
import { type ProbeChat, readProbe } from '../../../activities/import/proof/probe.ts';
import { provePrompt } from '../../../activities/import/proof/prove-prompt.ts';
import { cacheDir } from '../../../services/machine/home.ts';
import { ensureSmallModel } from '../../../services/setup/models/small-model.ts';
import { hashFile } from '../../../services/store/durable-files.ts';
import { makeDeps } from '../../rig/deps.ts';
import { startOllama, type TestOllama } from '../../rig/servers/ollama-server.ts';

let ollama: TestOllama;
let folder: string;
let python: string;
before(async () => {
  ollama = await startOllama();
  folder = await mkdtemp(join(tmpdir(), 'temper-tools-'));
  const deps = await makeDeps();
  python = deps.python;
  await rm(deps.root, { recursive: true, force: true });
});
after(async () => {
  await ollama.stop();
  await rm(folder, { recursive: true, force: true });
});

const probeOf = (chats: object[]) =>
  readProbe(
    JSON.stringify({
      ...{ bos_token_id: null, add_bos: false, stop: [], stop_ids: [], special: {}, left_out: [], chats },
      ...{ go_template: null, go_template_problem: null, reformed: 0, unicode_form: null },
    }),
  );

test('Ollama writes tools, calls and results as the training did, and says so where it does not', async () => {
  const file = join(folder, 'model.gguf');
  const args = [
    join(import.meta.dirname, 'make_tool_model.py'),
    (await ensureSmallModel(cacheDir(), () => {})).path,
    'Qwen-Qwen2.5-7B-Instruct',
    file,
  ];
  const { stdout } = await promisify(execFile)(python, args);
  const chats = JSON.parse(stdout) as ProbeChat[];
  const digest = `sha256:${await hashFile(file)}`;
  await ollama.server.uploadBlob(file, digest);
  await ollama.server.create({ model: 'tools', files: { 'model.gguf': digest } });
  const { signal } = new AbortController();

  const proof = await provePrompt(ollama.server, 'tools', probeOf(chats), signal);
  assert.equal(proof.ok, true);
  assert.match(proof.detail, /^Ollama renders 2 chats as training did$/);

  const others = chats.map((chat) => ({ ...chat, served_prompt: 'something else' }));
  const other = await provePrompt(ollama.server, 'tools', probeOf(others), signal);
  assert.match(other.detail, /"tools", "tool_result" not compared: this Ollama writes tools otherwise/);
});
