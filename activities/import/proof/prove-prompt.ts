import type { Message } from '../../../services/ollama/messages.ts';
import type { OllamaServer } from '../../../services/ollama/server.ts';
import type { Probe } from './probe.ts';
import { firstDifference, type Proof, proven, refuted, unprovable } from './proof.ts';

/** The prompt Ollama makes of a chat, or undefined where this server does not tell. */
export async function renderPrompt(
  server: OllamaServer,
  name: string,
  messages: readonly Message[],
  signal: AbortSignal,
): Promise<string | undefined> {
  // A server that does not know the undocumented field answers the chat: one token, so that it costs little.
  const response = await server.chat(
    { model: name, messages, _debug_render_only: true, options: { num_predict: 1 } },
    signal,
  );
  return response._debug_info?.rendered_template;
}

/** Every probe chat becomes the prompt that training made of it, character by character. */
export async function provePrompt(
  server: OllamaServer,
  name: string,
  probe: Probe,
  signal: AbortSignal,
): Promise<Proof> {
  for (const chat of probe.chats) {
    const served = await renderPrompt(server, name, chat.messages, signal);
    if (served === undefined)
      return unprovable(
        'prompt',
        `Ollama ${await server.version(signal)} does not tell how it renders a chat; the counts of prompt tokens are compared instead`,
      );
    if (served !== chat.prompt)
      return refuted(
        'prompt',
        `the chat "${chat.id}" is rendered in another way than in training; ${firstDifference(chat.prompt, served)}${probe.goTemplateProblem ? `\n${probe.goTemplateProblem}` : ''}`,
      );
  }
  return proven('prompt', `${probe.chats.length} chats are rendered as in training`);
}

/** A system message of the model's own stands in the prompt as one given with the chat would. */
export async function proveSystem(
  server: OllamaServer,
  name: string,
  probe: Probe,
  system: string,
  signal: AbortSignal,
): Promise<Proof | undefined> {
  const chat = probe.chats.find(({ messages }) => messages[0]?.role !== 'system');
  if (!chat) return undefined;
  const own = await renderPrompt(server, name, chat.messages, signal);
  const given = await renderPrompt(server, name, [{ role: 'system', content: system }, ...chat.messages], signal);
  if (own === undefined || given === undefined || own === given) return undefined;
  return refuted(
    'prompt',
    `the system message of the model is not rendered as one of a chat; ${firstDifference(given, own)}`,
  );
}
