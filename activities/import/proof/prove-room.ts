import { isSameModelName } from '../../../core/model-name.ts';
import type { OllamaServer } from '../../../services/ollama/server.ts';
import type { Probe } from './probe.ts';
import { type Proof, refuted } from './proof.ts';

/** Tokens that must fit behind a prompt: the end token of the token proof, and the first of an answer. */
const room = 2;

/**
 * Refutes a context that is shorter than a probe chat. Ollama then leaves out messages or the start of the text, which looks
 * like another template and like other tokens. The model must be loaded.
 */
export async function refuteContext(
  server: OllamaServer,
  name: string,
  probe: Probe,
  { given, signal }: { given: unknown; signal: AbortSignal },
): Promise<Proof | undefined> {
  const loaded = (await server.loaded(signal)).find((model) => isSameModelName(model.name, name));
  const context = loaded?.contextLength ?? given;
  return typeof context === 'number' ? longerThan(context, probe, given !== undefined) : undefined;
}

/** Names the longest chat, if it is longer than the context. */
export function longerThan(context: number, { chats }: Probe, isGiven: boolean): Proof | undefined {
  const longest = chats.reduce<Probe['chats'][number] | undefined>(
    // Tools take many tokens, and most models are served without: such a chat is told as not compared.
    (most, chat) => (!chat.tools && chat.count > (most?.count ?? 0) ? chat : most),
    undefined,
  );
  if (!longest || longest.count + room <= context) return undefined;
  const enough = 2 ** Math.ceil(Math.log2(2 * longest.count));
  const origin = isGiven ? '`num_ctx` of the import' : "Ollama's own default, since the import sets no `num_ctx`";
  return refuted(
    'prompt',
    `the chat "${longest.id}" has ${longest.count} tokens, and the context of the model in Ollama only ${context} (${origin}), so Ollama cuts it. Set \`parameters: { num_ctx: ${enough} }\` in the import, or more: an answer needs room too`,
  );
}
