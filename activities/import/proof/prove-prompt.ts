import type { Message } from '../../../services/ollama/messages.ts';
import type { OllamaServer } from '../../../services/ollama/server.ts';
import type { Probe } from './probe.ts';
import { type Proof, proven, refuted, showFirstDifference, unprovable } from './proof.ts';

/** Returns the prompt that Ollama renders from a chat; undefined if this server does not report it. */
async function renderPrompt(
  server: OllamaServer,
  name: string,
  messages: readonly Message[],
  signal: AbortSignal,
): Promise<string | undefined> {
  // A server that does not know this undocumented field answers the chat instead; one token costs little.
  const response = await server.chat(
    { model: name, messages, _debug_render_only: true, options: { num_predict: 1 } },
    signal,
  );
  return response._debug_info?.rendered_template;
}

/** Proves that Ollama renders every probe chat as training did, character by character. */
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
        `Ollama ${await server.version(signal)} does not report how it renders a chat; the token counts of the prompts are compared instead`,
      );
    if (served !== chat.prompt)
      return refuted(
        'prompt',
        `Ollama renders the chat "${chat.id}" differently than training did; ${showFirstDifference(chat.prompt, served)}${probe.goTemplateProblem ? `\n${probe.goTemplateProblem}` : ''}`,
      );
  }
  return proven('prompt', `Ollama renders ${probe.chats.length} chats as training did`);
}

/** Proves that Ollama renders the model's own system message like one in a chat. Returns the refutation; undefined if they are equal. */
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
    `Ollama renders the model's system message differently than one in a chat; ${showFirstDifference(given, own)}`,
  );
}
