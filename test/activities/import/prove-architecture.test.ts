// needs: nothing
import assert from 'node:assert/strict';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { proveArchitecture } from '../../../activities/import/proof/prove-architecture.ts';
import { TemperError } from '../../../core/errors/temper-error.ts';
import type { OllamaServer } from '../../../services/ollama/server.ts';

let model: string;
before(async () => {
  model = await mkdtemp(join(tmpdir(), 'temper-architecture-'));
  await writeFile(join(model, 'config.json'), '{"hidden_size": 64}');
});
after(async () => await rm(model, { recursive: true, force: true }));

const words = 'option "num_ctx" must be of type integer';

/** An Ollama that loads only the named models. */
const serverThatLoads = (...loadable: string[]) =>
  ({
    show: async () => ({ model_info: { 'general.architecture': 'qwen2', 'qwen2.embedding_length': 64 } }),
    generate: async ({ model: name }: { model: string }) => {
      if (!loadable.includes(name))
        throw new TemperError('OLLAMA_FAILED', `Ollama failed while asking ${name}: ${words}`);
    },
  }) as unknown as OllamaServer;

const prove = (server: OllamaServer, plain?: () => Promise<string>) =>
  proveArchitecture(server, 'with-parameters', model, { plain, signal: new AbortController().signal });

test('a model that loads only without the parameters of the document names them as the cause', async () => {
  await assert.rejects(
    prove(serverThatLoads('plain'), async () => 'plain'),
    (error: TemperError) => {
      assert.equal(error.code, 'BAD_OPTIONS');
      assert.match(
        error.message,
        /^Ollama loads the model only without the `parameters` of the import: .*"num_ctx" must be/,
      );
      return true;
    },
  );
});

test('a model that does not load without them either is refuted with the words of Ollama', async () => {
  for (const plain of [undefined, async () => 'plain']) {
    const proof = await prove(serverThatLoads(), plain);
    assert.equal(proof.ok, false);
    assert.match(
      proof.detail,
      /^Ollama cannot load the model, whose architecture is qwen2: .*must be of type integer$/,
    );
  }
});

test('a model that loads is proven', async () => {
  assert.equal((await prove(serverThatLoads('with-parameters'))).ok, true);
});
