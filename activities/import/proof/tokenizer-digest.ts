import { canonicalJson } from '../../../core/json.ts';
import type { OllamaServer } from '../../../services/ollama/server.ts';
import { hashText } from '../../../services/store/durable-files.ts';

/** A digest of all that a GGUF says of its tokenizer. With the same one, a server makes the same tokens of a text. */
export async function tokenizerDigest(server: OllamaServer, name: string, signal: AbortSignal): Promise<string> {
  const info = Object.entries((await server.showAll(name, signal)).model_info ?? {});
  return hashText(canonicalJson(Object.fromEntries(info.filter(([key]) => key.startsWith('tokenizer.'))) as never));
}
