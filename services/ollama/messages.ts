import type { ChatResponse, GenerateResponse } from 'ollama';

export interface Message {
  role: string;
  content: string;
}

export interface ModelEntry {
  name: string;
  /** Digest of the model's manifest: `sha256:…`. */
  digest: string;
  /** Bytes of all its layers. */
  size: number;
}

interface TokenLogprob {
  token: string;
  logprob: number;
  top_logprobs?: { token: string; logprob: number }[];
}

/** `context`: token ids of prompt and answer. `_debug_info` is undocumented and may be missing. */
export type Generated = GenerateResponse & { logprobs?: TokenLogprob[]; _debug_info?: { rendered_template?: string } };
export type Chatted = ChatResponse & { logprobs?: TokenLogprob[]; _debug_info?: { rendered_template?: string } };

export interface CreateRequest {
  model: string;
  from?: string;
  /** File names to digests of uploaded blobs. */
  files?: Record<string, string>;
  /** The same of a LoRA adapter that is put on those files. */
  adapters?: Record<string, string>;
  quantize?: string;
  template?: string;
  system?: string;
  parameters?: Record<string, unknown>;
}

/** One line of the progress of a creation; `completed` and `total` in bytes. */
export interface CreateStatus {
  status: string;
  completed?: number;
  total?: number;
}

/** Options for greedy answers. Ollama's default `repeat_penalty` of 1.1 would change answers even at temperature 0. */
export const greedy = {
  temperature: 0,
  repeat_penalty: 1,
  top_k: 1,
  presence_penalty: 0,
  frequency_penalty: 0,
} as const;
