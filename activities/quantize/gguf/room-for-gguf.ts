import type { Manifest } from '../../../services/store/manifest.ts';
import type { Engine } from './choose-engine.ts';

/** Estimates the bits per weight of a type: the number in its name, plus 1.5 for scales and for layers that stay larger. */
function bitsPerWeight(type: string): number {
  if (type === 'f32') return 32;
  if (type === 'f16' || type === 'bf16') return 16;
  return Number(/\d/.exec(type)?.[0] ?? 8) + 1.5;
}

/** Estimates the peak disk space of a conversion, in bytes, in the artifact store and in Ollama's. */
export function roomNeeded(
  source: { bytes: number; bitsPerWeight: number },
  type: string,
  engine: Engine,
): { store: number; ollama: number } {
  const weights = (source.bytes * 8) / source.bitsPerWeight;
  const isParented = !/^(?:f16|bf16|f32)$/.test(type);
  const first = (weights * (isParented ? 16 : bitsPerWeight(type))) / 8;
  const quantized = isParented ? (weights * bitsPerWeight(type)) / 8 : 0;
  // Ollama writes each result twice: to a temporary file, then as a blob.
  const ollama = engine === 'ollama' ? source.bytes + 2 * first + 2 * quantized : 0;
  return { store: first + quantized, ollama };
}

/** Sums the bytes of a model artifact's weights. */
export const weightBytes = (files: Manifest['files']): number =>
  files.filter(({ path }) => path.endsWith('.safetensors')).reduce((sum, file) => sum + file.size, 0);
