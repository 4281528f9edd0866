import type { Home } from '../machine/home.ts';
import { namedOllama, usualOllama } from '../settings/settings.ts';
import { stackState } from '../stack/state.ts';

/** Base URL of the serving Ollama: the stack's, or that of OLLAMA_HOST, or the default address. Throws BAD_SETTING. */
export async function servingOllama(home: Pick<Home, 'stateFile'>): Promise<string> {
  const named = namedOllama(process.env);
  return (await stackState(home))?.addresses.ollama || named?.url || usualOllama;
}
