import type { Home } from '../machine/home.ts';
import { stackState } from '../stack/state.ts';

/** Base URL of the serving Ollama: the stack's, or that of OLLAMA_HOST, or the default address. */
export async function servingOllama(home: Pick<Home, 'stateFile'>): Promise<string> {
  const named = process.env.OLLAMA_HOST?.replace(/^(?!https?:\/\/)/, 'http://');
  return (await stackState(home))?.addresses.ollama ?? named ?? 'http://127.0.0.1:11434';
}
