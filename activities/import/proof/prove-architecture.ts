import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { TemperError } from '../../../core/errors/temper-error.ts';
import { isRecord } from '../../../core/json.ts';
import type { OllamaServer } from '../../../services/ollama/server.ts';
import { type Proof, proven, refuted } from './proof.ts';

/**
 * A key of the GGUF (without its prefix, the architecture) and the key of the same number in the model's config.json. Only
 * numbers that every converter copies: some converters count blocks, key heads or feed-forward sizes differently.
 */
const pairs: readonly [string, string][] = [
  ['rope.freq_base', 'rope_theta'],
  ['embedding_length', 'hidden_size'],
  ['attention.head_count', 'num_attention_heads'],
];

/**
 * Proves that the GGUF has the shape of the trained model and that Ollama's runner can load it. `plain` creates the same
 * model without the parameters of the document: if that one loads, they are the cause. Throws BAD_OPTIONS then.
 */
export async function proveArchitecture(
  server: OllamaServer,
  name: string,
  model: string,
  { plain, signal }: { plain: (() => Promise<string>) | undefined; signal: AbortSignal },
): Promise<Proof> {
  const config = JSON.parse(await readFile(join(model, 'config.json'), 'utf8')) as Record<string, unknown>;
  const info = (await server.show(name, signal)).model_info as unknown as Record<string, unknown> | undefined;
  const architecture = String(info?.['general.architecture'] ?? 'unknown');
  const wrong = compareShape(info ?? {}, architecture, config);
  if (wrong.length > 0)
    return refuted('architecture', `the GGUF does not describe the trained model: ${wrong.join('; ')}`);
  try {
    await server.generate({ model: name, prompt: '' }, signal);
  } catch (error) {
    // Too little memory says nothing about the model: the step is retried.
    if (!(error instanceof TemperError) || error.code !== 'OLLAMA_FAILED' || /memory/i.test(error.message)) throw error;
    if (plain && (await loads(server, await plain(), signal))) {
      throw new TemperError(
        'BAD_OPTIONS',
        `Ollama loads the model only without the \`parameters\` of the import: ${error.message}`,
        { remedy: 'Correct `parameters` of the import step and start a new run.', cause: error },
      );
    }
    return refuted(
      'architecture',
      `Ollama cannot load the model, whose architecture is ${architecture}: ${error.message}`,
    );
  }
  return proven('architecture', `${architecture}: Ollama loads it, and it has the shape of the trained model`);
}

const loads = (server: OllamaServer, name: string, signal: AbortSignal): Promise<boolean> =>
  server.generate({ model: name, prompt: '' }, signal).then(
    () => true,
    (error: unknown) => {
      signal.throwIfAborted();
      if (error instanceof TemperError && error.code === 'OLLAMA_UNREACHABLE') throw error;
      return false;
    },
  );

/** Describes each number that differs. Numbers that one side does not state are not compared. */
function compareShape(
  info: Readonly<Record<string, unknown>>,
  architecture: string,
  config: Readonly<Record<string, unknown>>,
): string[] {
  const rope = isRecord(config.rope_parameters) ? config.rope_parameters : {};
  const text = isRecord(config.text_config) ? config.text_config : {};
  const wanted: Record<string, unknown> = { ...rope, ...config, ...text };
  return pairs.flatMap(([key, name]) => {
    const served = info[`${architecture}.${key}`];
    const trained = wanted[name];
    if (typeof served !== 'number' || typeof trained !== 'number') return [];
    if (Math.abs(served - trained) <= 1e-6 * Math.abs(trained)) return [];
    const hint =
      key === 'rope.freq_base' && served === 0 ? ' (its config.json had no rope_theta when it was converted)' : '';
    return [`${architecture}.${key} is ${served}, in training ${name} was ${trained}${hint}`];
  });
}
