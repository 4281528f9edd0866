import type { Manifest } from '../../../services/store/manifest.ts';
import type { Engine } from './choose-engine.ts';

/** Bits per weight of a type, rounded up to what its name says plus scales and the few layers kept larger. */
function bitsPerWeight(type: string): number {
  if (type === 'f32') return 32;
  if (type === 'f16' || type === 'bf16') return 16;
  return Number(/\d/.exec(type)?.[0] ?? 8) + 1.5;
}

/** Bytes that a conversion needs at its widest moment, in the artifact store and in Ollama's. */
export function roomNeeded(
  source: { bytes: number; bitsPerWeight: number },
  type: string,
  engine: Engine,
): { store: number; ollama: number } {
  const weights = (source.bytes * 8) / source.bitsPerWeight;
  const isParented = !/^(?:f16|bf16|f32)$/.test(type);
  const first = (weights * (isParented ? 16 : bitsPerWeight(type))) / 8;
  const quantized = isParented ? (weights * bitsPerWeight(type)) / 8 : 0;
  // Ollama writes each result twice: aside, then as a blob.
  const ollama = engine === 'ollama' ? source.bytes + 2 * first + 2 * quantized : 0;
  return { store: first + quantized, ollama };
}

/** Bytes of the weights of a model artifact. */
export const weightBytes = (files: Manifest['files']): number =>
  files.filter(({ path }) => path.endsWith('.safetensors')).reduce((sum, file) => sum + file.size, 0);
