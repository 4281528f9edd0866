/**
 * Architectures of GGUF files that the trainer turns back into base models (`trainer/gguf/architectures.py`), with the class and
 * the type that transformers has for them.
 */
export const ggufArchitectures: Readonly<Record<string, readonly [className: string, modelType: string]>> = {
  llama: ['LlamaForCausalLM', 'llama'],
  qwen2: ['Qwen2ForCausalLM', 'qwen2'],
  qwen3: ['Qwen3ForCausalLM', 'qwen3'],
  gemma2: ['Gemma2ForCausalLM', 'gemma2'],
  gemma3: ['Gemma3ForCausalLM', 'gemma3_text'],
  phi3: ['Phi3ForCausalLM', 'phi3'],
};

/** The names of `general.file_type`, as `ollama show` and llama.cpp write them. */
const fileTypes: Readonly<Record<number, string>> = {
  0: 'F32',
  1: 'F16',
  2: 'Q4_0',
  3: 'Q4_1',
  7: 'Q8_0',
  8: 'Q5_0',
  9: 'Q5_1',
  10: 'Q2_K',
  11: 'Q3_K_S',
  12: 'Q3_K_M',
  13: 'Q3_K_L',
  14: 'Q4_K_S',
  15: 'Q4_K_M',
  16: 'Q5_K_S',
  17: 'Q5_K_M',
  18: 'Q6_K',
  32: 'BF16',
};

export const fileTypeName = (type: unknown): string | undefined =>
  typeof type === 'number' ? fileTypes[type] : undefined;

/** Types that hold the weights as they were trained. */
export const isWholeType = (name: string): boolean => ['F32', 'F16', 'BF16'].includes(name);
