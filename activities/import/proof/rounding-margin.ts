import { isWholeType } from '../../../core/kinds/gguf-architectures.ts';

/**
 * How far the first choice may lie ahead of the second for another choice still to count as rounding: with quantized weights
 * Ollama also rounds what it multiplies them with, transformers does not.
 */
export const roundingMargin = (quantization: string): number => (isWholeType(quantization) ? 0.05 : 0.2);
