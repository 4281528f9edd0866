import { layerParameters, type ModelShape } from './model-shape.ts';

/** Bits for each weight, by the sizes that llama.cpp's quantizer states for Llama 3 8B. */
const bits: Readonly<Record<string, number>> = {
  f32: 32,
  f16: 16,
  bf16: 16,
  q8_0: 8.5,
  q6_K: 6.57,
  q5_K_M: 5.7,
  q5_K_S: 5.57,
  q5_1: 6.04,
  q5_0: 5.58,
  q4_K_M: 4.89,
  q4_K_S: 4.67,
  q4_1: 5.11,
  q4_0: 4.64,
  q3_K_L: 4.31,
  q3_K_M: 4,
  q3_K_S: 3.65,
  q2_K: 3.17,
  iq4_NL: 4.65,
  iq4_XS: 4.44,
  iq3_M: 3.77,
  iq3_S: 3.67,
};

/** Bytes of a model in a GGUF file of this type. */
export const ggufBytes = ({ parameters }: ModelShape, type: string): number =>
  Math.round((parameters * bitsOf(type)) / 8);

/** Bits for each weight in a GGUF file of this type. An unknown type counts as 16. */
export const bitsOf = (type: string): number => bits[type] ?? 16;

/** Bytes of a model in files of this number format. `auto`: that of the base model. */
export const modelBytes = ({ parameters, stored }: ModelShape, dtype: string): number =>
  parameters * (dtype === 'auto' ? stored : dtype === 'fp32' ? 4 : 2);

/** How the weights are held while a model is trained. */
export interface Loading {
  precision: 'bf16' | 'fp16' | 'fp32';
  bits: 4 | 8 | 16;
}

export const bytesOfNumber = (precision: Loading['precision']): number => (precision === 'fp32' ? 4 : 2);

/**
 * Bytes of the loaded weights. Quantized loading packs the layers alone, with a scale for each block of them: 0.127 bits a
 * weight with double quantization.
 */
export function loadedBytes(shape: ModelShape, { precision, bits: packed }: Loading): number {
  const size = bytesOfNumber(precision);
  if (packed === 16) return shape.parameters * size;
  const layers = layerParameters(shape);
  return (layers * (packed === 4 ? 4.127 : 8)) / 8 + (shape.parameters - layers) * size;
}
