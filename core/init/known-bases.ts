/** A base model that may be proposed: small enough for one machine, free to use, and with a chat template. */
export interface KnownBase {
  /** In Ollama's library. */
  ollama: string;
  /** Its 16-bit original on the Hub. */
  hub: string;
  parameters: number;
  context: number;
  /** It was trained on English alone. */
  englishOnly?: true;
}

/** From the smallest to the largest. Qwen2.5-3B is missing: its licence forbids commercial use. */
export const knownBases: readonly KnownBase[] = [
  {
    ollama: 'smollm2:135m',
    hub: 'HuggingFaceTB/SmolLM2-135M-Instruct',
    parameters: 134.5e6,
    context: 8192,
    englishOnly: true,
  },
  { ollama: 'qwen2.5:0.5b', hub: 'Qwen/Qwen2.5-0.5B-Instruct', parameters: 494e6, context: 32_768 },
  { ollama: 'qwen2.5:1.5b', hub: 'Qwen/Qwen2.5-1.5B-Instruct', parameters: 1.544e9, context: 32_768 },
  { ollama: 'qwen2.5:7b', hub: 'Qwen/Qwen2.5-7B-Instruct', parameters: 7.616e9, context: 32_768 },
  { ollama: 'qwen2.5:14b', hub: 'Qwen/Qwen2.5-14B-Instruct', parameters: 14.77e9, context: 32_768 },
];

/** Models whose names begin so know English alone. */
export const knowsEnglishOnly = (name: string): boolean => /^(?:.*\/)?smollm/i.test(name);
