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

/** Proves that the GGUF has the shape of the trained model and that Ollama's runner can load it. */
export async function proveArchitecture(
  server: OllamaServer,
  name: string,
  model: string,
  signal: AbortSignal,
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
    return refuted('architecture', `Ollama cannot load a model of architecture ${architecture}: ${error.message}`);
  }
  return proven('architecture', `${architecture}: Ollama loads it, and it has the shape of the trained model`);
}

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
