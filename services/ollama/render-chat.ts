import type { Message } from './messages.ts';
import type { OllamaServer } from './server.ts';

/**
 * Returns the prompt that Ollama renders from a chat; undefined if this server does not report it. A server that does not
 * know the undocumented field answers the chat instead; one token costs little.
 */
export async function renderChat(
  server: OllamaServer,
  request: { model: string; messages: readonly Message[]; options?: object } & Record<string, unknown>,
  signal: AbortSignal,
): Promise<string | undefined> {
  const options = { ...request.options, num_predict: 1 };
  const response = await server.chat({ ...request, _debug_render_only: true, options }, signal);
  return response._debug_info?.rendered_template;
}
