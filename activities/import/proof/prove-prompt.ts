import { TemperError } from '../../../core/errors/temper-error.ts';
import { renderChat } from '../../../services/ollama/render-chat.ts';
import type { OllamaServer } from '../../../services/ollama/server.ts';
import type { Probe, ProbeChat } from './probe.ts';
import { type Proof, provenFor, refuted, showFirstDifference, unprovable } from './proof.ts';

/**
 * Proves that Ollama renders every probe chat as training did, character by character. A chat that its template language
 * cannot render so is left out of the proof, unless Ollama renders it so all the same.
 */
export async function provePrompt(
  server: OllamaServer,
  name: string,
  probe: Probe,
  signal: AbortSignal,
): Promise<Proof> {
  const leftOut = [...probe.leftOut];
  for (const chat of probe.chats) {
    const served = chat.tools
      ? await renderWithTools(server, name, chat, signal)
      : await renderChat(server, { model: name, messages: chat.messages }, signal);
    if (served === undefined)
      return unprovable(
        'prompt',
        `Ollama ${await server.version(signal)} does not report how it renders a chat; the token counts of the prompts are compared instead`,
      );
    if (served !== chat.prompt && chat.unservable) {
      leftOut.push({ chat: chat.id, code: chat.unservable, detail: null });
      continue;
    }
    if (served !== chat.prompt)
      return refuted(
        'prompt',
        `Ollama renders the chat "${chat.id}" differently than training did; ${showFirstDifference(chat.prompt, served)}${probe.goTemplateProblem ? `\n${probe.goTemplateProblem}` : ''}`,
      );
  }
  const of = probe.chats.length + probe.leftOut.length;
  const coverage = { compared: of - leftOut.length, of, leftOut };
  return provenFor('prompt', coverage, (chats) => `Ollama renders ${chats} as training did`);
}

/** Returns an empty text for a server that takes no tools for this model: its template has none, in its eyes. */
async function renderWithTools(
  server: OllamaServer,
  model: string,
  { messages, tools }: ProbeChat,
  signal: AbortSignal,
): Promise<string | undefined> {
  try {
    return await renderChat(server, { model, messages, tools }, signal);
  } catch (error) {
    if (error instanceof TemperError && error.code === 'OLLAMA_FAILED') return '';
    throw error;
  }
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
  const own = await renderChat(server, { model: name, messages: chat.messages }, signal);
  const given = await renderChat(
    server,
    { model: name, messages: [{ role: 'system', content: system }, ...chat.messages] },
    signal,
  );
  if (own === undefined || given === undefined || own === given) return undefined;
  return refuted(
    'prompt',
    `Ollama renders the model's system message differently than one in a chat; ${showFirstDifference(given, own)}`,
  );
}
