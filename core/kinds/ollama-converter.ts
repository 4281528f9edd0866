/** Architectures of `convert.LoadModelMetadata` that answer, in the Ollama that temper pins (0.33.0; 0.24.0 has the same). */
const ollamaArchitectures: ReadonlySet<string> = new Set([
  'LlamaForCausalLM',
  'MllamaForConditionalGeneration',
  'Llama4ForConditionalGeneration',
  'Mistral3ForConditionalGeneration',
  'Ministral3ForCausalLM',
  'MixtralForCausalLM',
  'GemmaForCausalLM',
  'Gemma2ForCausalLM',
  'Gemma3ForCausalLM',
  'Gemma3ForConditionalGeneration',
  'Gemma3nForConditionalGeneration',
  'Gemma4ForCausalLM',
  'Gemma4ForConditionalGeneration',
  'Phi3ForCausalLM',
  'Qwen2ForCausalLM',
  'Qwen2_5_VLForConditionalGeneration',
  'Qwen3VLForConditionalGeneration',
  'Qwen3VLMoeForConditionalGeneration',
  'Olmo3ForCausalLM',
  'CohereForCausalLM',
  'GptOssForCausalLM',
  'DeepseekOCRForCausalLM',
  'DeepseekV3ForCausalLM',
  'Glm4MoeLiteForCausalLM',
  'LagunaForCausalLM',
  'GlmOcrForConditionalGeneration',
  'Lfm2ForCausalLM',
  'Lfm2MoeForCausalLM',
  'Lfm2VlForConditionalGeneration',
  'Qwen3NextForCausalLM',
  'Qwen3_5ForConditionalGeneration',
  'Qwen3_5MoeForConditionalGeneration',
  'NemotronH_Nano_VL_V2',
  'NemotronH_Nano_Omni_Reasoning_V3',
  'NemotronHForCausalLM',
]);

export const knowsArchitecture = (architecture: string): boolean => ollamaArchitectures.has(architecture);

/** Ollama's API also accepts f32 and bf16, but its converter rounds to f16 first: the result has only the precision of f16. */
export const ollamaTypes: readonly string[] = ['f16', 'q8_0', 'q4_K_M', 'q4_K_S'];
