import type { OllamaServer } from '../../../services/ollama/server.ts';
import type { Probe } from './probe.ts';
import { type Proof, proven, refuted, unprovable } from './proof.ts';

/** Proves, without an answer, that no ordinary word ends one: the end tokens of the file are special tokens. */
export async function proveEnd(
  server: OllamaServer,
  name: string,
  { stops, specialIds = [] }: Probe,
  signal: AbortSignal,
): Promise<Proof> {
  const info = (await server.show(name, signal)).model_info as unknown as Record<string, unknown> | undefined;
  const ids = ['tokenizer.ggml.eos_token_id', 'tokenizer.ggml.eos_token_ids', 'tokenizer.ggml.eot_token_id']
    .flatMap((key) => info?.[key] ?? [])
    .filter((id) => typeof id === 'number');
  const shown = stops.map((stop) => JSON.stringify(stop)).join(', ') || 'none';
  if (ids.length === 0) return unprovable('stop', `the file names no end token; stop strings: ${shown}`);
  const words = ids.filter((id) => !specialIds.includes(id));
  if (words.length > 0)
    return refuted('stop', `the file ends answers at token ${words.join(', ')}, which is no special token`);
  return proven('stop', `answers end at a special token (${ids.join(', ')}); stop strings: ${shown}`);
}
