import { type ChatModelOption, chatModelName, endpointOf, keySecret } from '../../core/kinds/options/chat-model.ts';
import { readSecret } from '../machine/secrets.ts';
import { OllamaServer } from '../ollama/server.ts';
import type { Chat } from './chat.ts';
import { EndpointChat } from './endpoint-chat.ts';
import { OllamaChat } from './ollama-chat.ts';

interface Where {
  ollama: { serving: string };
  /** Folder of named secrets. */
  secrets: string;
}

/** Makes a model of the document ready to be asked. Throws SECRET_MISSING. Asks nobody yet. */
export async function openChat(option: ChatModelOption, { ollama, secrets }: Where): Promise<Chat> {
  if (option.url === undefined) return new OllamaChat(new OllamaServer(ollama.serving), option.model);
  const secret = keySecret(option);
  const key = secret === undefined ? undefined : (await readSecret(secrets, secret)).trim();
  return new EndpointChat({
    url: endpointOf(option.url),
    model: option.model,
    name: chatModelName(option),
    ...(key === undefined ? {} : { key }),
  });
}
