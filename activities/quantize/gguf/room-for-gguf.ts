import { isQuantized } from '../../../core/quantization/types.ts';
import type { Manifest } from '../../../services/store/manifest.ts';
import type { Engine } from './choose-engine.ts';

/** Estimates the bits per weight of a type: the number in its name, plus 1.5 for scales and for layers that stay larger. */
function bitsPerWeight(type: string): number {
  if (type === 'f32') return 32;
  if (type === 'f16' || type === 'bf16') return 16;
  return Number(/\d/.exec(type)?.[0] ?? 8) + 1.5;
}

/**
 * Estimates the peak disk space of a conversion, in bytes: in the artifact store, in Ollama's, and in the step's own folder,
 * where several types lie until one is taken. `plain`: the taken one is also made without the importance matrix.
 */
export function roomNeeded(
  source: { bytes: number; bitsPerWeight: number },
  { types, engine, plain = false }: { types: readonly string[]; engine: Engine; plain?: boolean | undefined },
): { store: number; ollama: number; step: number } {
  const weights = (source.bytes * 8) / source.bitsPerWeight;
  const bytesOf = (type: string) => (weights * bitsPerWeight(type)) / 8;
  const quantized = types.filter(isQuantized).map(bytesOf);
  const first = quantized.length > 0 ? bytesOf('f16') : bytesOf(types[0]!);
  const all = quantized.reduce((sum, each) => sum + each, 0);
  const largest = Math.max(0, ...quantized);
  if (types.length > 1 || plain) return { store: first + largest, ollama: 0, step: all + (plain ? largest : 0) };
  // Ollama writes each result twice: to a temporary file, then as a blob.
  const ollama = engine === 'ollama' ? source.bytes + 2 * first + 2 * all : 0;
  return { store: first + all, ollama, step: 0 };
}

/** Sums the bytes of a model artifact's weights. */
export const weightBytes = (files: Manifest['files']): number =>
  files.filter(({ path }) => path.endsWith('.safetensors')).reduce((sum, file) => sum + file.size, 0);
