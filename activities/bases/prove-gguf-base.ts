import { mkdir, readdir, readFile, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { TemperError } from '../../core/errors/temper-error.ts';
import { canonicalJson } from '../../core/json.ts';
import { baseSource } from '../../core/kinds/options/base-source.ts';
import { OllamaServer } from '../../services/ollama/server.ts';
import { exists, hashText, writeDurably } from '../../services/store/durable-files.ts';
import type { WorkContext } from '../engine/deps.ts';
import { answeredChats, askGreedily } from '../import/proof/ask-greedily.ts';
import { type Probe, readProbe } from '../import/proof/probe.ts';
import type { Proof } from '../import/proof/proof.ts';
import { proveAnswers } from '../import/proof/prove-answers.ts';
import { provePrompt } from '../import/proof/prove-prompt.ts';
import { proveTokens } from '../import/proof/prove-tokens.ts';
import { roundingMargin } from '../import/proof/rounding-margin.ts';
import { runTrainer } from '../process/run-trainer.ts';
import { removeUpload } from '../quantize/gguf/leftover-blobs.ts';
import { StagingModels } from '../quantize/gguf/staging-models.ts';
import type { Base } from './base.ts';
import type { Dequantized } from './gguf-base.ts';
import { locateGguf } from './locate-gguf.ts';

/** Tokens of each greedy answer. */
const maxTokens = 16;
/** More than any chat of the proof has, whatever the server's default is. */
const contextLength = 2048;
/** What stands in for a template where the file has none: the proof is about tokens and weights. */
const plainTemplate = "{% for message in messages %}{{ message['content'] + '\\n' }}{% endfor %}";

/**
 * Proves backwards, before anything is trained on it, that a base made of a GGUF file is that file: in Ollama it reads the
 * same tokens, and its greedy answers are the same. Throws GGUF_DIFFERS. Proven once for each file, Ollama and environment.
 */
export async function proveGgufBase(context: WorkContext, base: string, opened: Base & Dequantized): Promise<void> {
  const { deps, signal } = context;
  const server = new OllamaServer(deps.ollama.serving);
  const facts = { model: opened.model.digest, environment: deps.environment, ollama: await server.version(signal) };
  const record = join(deps.store.root, 'bases', `proof-${hashText(canonicalJson({ ...facts, revision: 1 }))}.json`);
  if (await exists(record)) return;
  const source = await locateGguf(deps, base, signal);
  const margin = roundingMargin(opened.quantization);
  const probe = await askBase(context, opened.path, margin);
  const proofs = await StagingModels.use(context, async (staging) => {
    await server.uploadBlob(source.path, source.digest, {
      signal,
      onBytes: (sent, total) =>
        context.progress({ phase: { code: 'uploading', facts: { file: base } }, fraction: sent / total }),
    });
    const name = await staging.name(server);
    // The template matters to no question that is asked of it.
    await server.create(
      {
        model: name,
        files: { 'model.gguf': source.digest },
        template: '{{ .Prompt }}',
        parameters: { stop: probe.stops, num_ctx: contextLength },
      },
      { signal },
    );
    return await compare(context, server, { name, probe, margin });
  }).finally(() => removeUpload(deps, source.digest));
  const refuted = proofs.filter(({ ok }) => !ok);
  if (refuted.length > 0)
    throw new TemperError(
      'GGUF_DIFFERS',
      `the base made of ${base} does not behave like that model in Ollama ${facts.ollama}:\n${refuted.map(({ name, detail }) => `${name}: ${detail}`).join('\n')}`,
    );
  for (const { name, detail } of proofs) await context.log(`${base} ${name}: ${detail}`);
  const notes = await differencesOfPrompt(context, server, base, probe, source.system);
  for (const note of notes) await context.log(note);
  await writeDurably(record, `${JSON.stringify({ ...facts, base, proofs, notes }, null, 1)}\n`);
}

async function compare(
  context: WorkContext,
  server: OllamaServer,
  { name, probe, margin }: { name: string; probe: Probe; margin: number },
): Promise<Proof[]> {
  const { signal } = context;
  context.progress({ phase: { code: 'proving', facts: { what: 'tokens' } } });
  const tokens = await proveTokens(server, name, probe, { signal });
  if (!tokens.ok) return [tokens];
  const total = answeredChats(probe).length;
  const answers = await askGreedily(server, name, probe, {
    signal,
    onAnswer: (done) =>
      context.progress({
        phase: { code: 'answering', facts: { model: 'the base in Ollama', done, total } },
        fraction: done / total,
      }),
  });
  const { stop, greedy } = proveAnswers(probe, answers, margin);
  return [tokens, stop, greedy];
}

/** Asks the base in transformers for prompts, tokens and answers. */
async function askBase(context: WorkContext, path: string, margin: number): Promise<Probe> {
  context.progress({ phase: { code: 'asking_trained_model', facts: {} } });
  const out = join(context.folder, 'base-probe.json');
  const model = (await exists(join(path, 'chat_template.jinja'))) ? path : await withPlainTemplate(context, path);
  await runTrainer(context, 'probe', { model, adapter: null, out, questions: [], max_tokens: maxTokens, margin });
  return readProbe(await readFile(out, 'utf8'));
}

async function withPlainTemplate(context: WorkContext, path: string): Promise<string> {
  const folder = join(context.folder, 'base-with-template');
  await mkdir(folder, { recursive: true });
  for (const name of await readdir(path)) {
    const link = join(folder, name);
    if (!(await exists(link))) await symlink(join(path, name), link);
  }
  await writeFile(join(folder, 'chat_template.jinja'), plainTemplate);
  return folder;
}

/** What people may wonder about when they compare the tuned model with the model that they had. */
async function differencesOfPrompt(
  { signal }: WorkContext,
  server: OllamaServer,
  base: string,
  probe: Probe,
  system: string | undefined,
): Promise<string[]> {
  const source = baseSource(base);
  if (source.from !== 'ollama') return [];
  const prompt = await provePrompt(server, source.name, probe, signal);
  return [
    ...(prompt.ok
      ? []
      : [
          `${base} has another template in Ollama than in its file; the training takes that of the file. ${prompt.detail}`,
        ]),
    ...(system === undefined
      ? []
      : [
          `${base} has a system message of its own in Ollama, which the training does not: ${JSON.stringify(system.slice(0, 200))}`,
        ]),
  ];
}
