import { saysAnswerUnread } from '../../../services/ollama/failures.ts';
import type { OllamaServer } from '../../../services/ollama/server.ts';
import type { Probe } from './probe.ts';
import { type Proof, refuted } from './proof.ts';

/**
 * Refutes a model that reads more tokens when it is asked by a chat than in the training. A chat does not go the way of a
 * prompt: present versions of Ollama may leave its rendering to llama.cpp's server (`OLLAMA_GO_TEMPLATE` decides too), which
 * may add a BOS of its own to that of the template. Fewer tokens say nothing: some servers do not count those that they
 * have in memory.
 */
export async function refuteChat(
  server: OllamaServer,
  name: string,
  { chats }: Probe,
  signal: AbortSignal,
): Promise<Proof | undefined> {
  const chat = chats.find(({ unservable }) => !unservable);
  if (!chat) return undefined;
  const options = { num_predict: 1, temperature: 0 };
  const request = { model: name, messages: chat.messages, options };
  const count = await server.chat(request, signal).then(
    (answered) => answered.prompt_eval_count,
    (error: unknown) => {
      if (saysAnswerUnread(error)) return undefined;
      throw error;
    },
  );
  if (count === undefined || count <= chat.count) return undefined;
  const more = count === chat.count + 1 ? ' It adds one, most likely a second BOS.' : '';
  return refuted(
    'tokens',
    `asked by a chat, "${chat.id}" has ${chat.count} tokens in training, but Ollama's runner reads ${count}.${more}`,
  );
}
