import { readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { EvaluationReport } from '../../activities/evaluate/report/report.ts';
import { quantize } from '../../activities/quantize/quantize.ts';
import type { Handle } from '../../core/handles.ts';
import { carryOut } from './carry-out.ts';
import { makeDeps } from './deps.ts';
import { type OllamaProxy, startProxy } from './servers/ollama-proxy.ts';
import { startOllama, type TestOllama } from './servers/ollama-server.ts';
import { makeTestModels, publishFolder, type TestModel } from './test-models.ts';

/** Two small models in an Ollama of their own, which answer differently, and what tests of evaluations do with them. */
export interface ExamRig {
  deps: Awaited<ReturnType<typeof makeDeps>>;
  ollama: TestOllama;
  /** Between the evaluation and Ollama; it counts calls. */
  proxy: OllamaProxy;
  /** Writes a file of questions. */
  questions: (...lines: (object | string)[]) => Promise<string>;
  reportOf: (handle: Handle) => Promise<{ report: EvaluationReport; page: string }>;
  /** What each model says to a question is what it is judged by, so that one can be made the best. */
  answerOf: (model: string, prompt: string) => Promise<string>;
  /** Chats since a number of calls. */
  chats: (start: number) => number;
  stop: () => Promise<void>;
}

/** The models to compare, with answers so short that a test is quick. */
export const both = { before: 'swapped', after: 'sound', max_tokens: 6 };

export async function startExam(): Promise<ExamRig> {
  const ollama = await startOllama();
  const proxy = await startProxy(ollama.url);
  const deps = await makeDeps({ ollama: { serving: proxy.url, own: ollama.url, ownModels: ollama.models } });
  const models = join(deps.root, 'test-models');
  await makeTestModels(deps, models);
  for (const name of ['sound', 'swapped'] as const) await serve(deps, ollama, name, join(models, name));
  let files = 0;
  return {
    deps,
    ollama,
    proxy,
    questions: async (...lines) => {
      const file = join(deps.root, `questions-${files++}.jsonl`);
      const text = lines.map((line) => `${typeof line === 'string' ? line : JSON.stringify(line)}\n`).join('');
      await writeFile(file, text);
      return file;
    },
    reportOf: async (handle) => {
      const { path } = await deps.store.open(handle, { verify: true });
      return {
        report: JSON.parse(await readFile(join(path, 'report.json'), 'utf8')) as EvaluationReport,
        page: await readFile(join(path, 'report.md'), 'utf8'),
      };
    },
    answerOf: async (model, prompt) => {
      const options = { temperature: 0, repeat_penalty: 1, num_predict: 6 };
      const { message } = await ollama.server.chat({ model, messages: [{ role: 'user', content: prompt }], options });
      return message.content;
    },
    chats: (start) => proxy.calls.slice(start).filter((call) => call === 'POST /api/chat').length,
    stop: async () => {
      await proxy.stop();
      await ollama.stop();
      await rm(deps.root, { recursive: true, force: true });
    },
  };
}

async function serve(deps: ExamRig['deps'], ollama: TestOllama, name: TestModel, folder: string): Promise<void> {
  const model = await publishFolder(deps, folder, 'model', { normalised: 'as made' });
  const { outputs } = await carryOut(quantize(deps), { model, type: 'f16', engine: 'ollama' });
  const { path, manifest } = await deps.store.open(outputs.gguf as Handle);
  const digest = `sha256:${manifest.files[0]!.sha256}`;
  await ollama.server.uploadBlob(join(path, 'model.gguf'), digest);
  await ollama.server.create({ model: name, files: { 'model.gguf': digest }, parameters: { num_thread: 1 } });
}
