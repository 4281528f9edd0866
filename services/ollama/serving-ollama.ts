import type { Home } from '../machine/home.ts';
import { stackState } from '../stack/state.ts';

/** Base URL of the Ollama that people talk to, as far as a command can know it: the stack's, the one named, or the usual one. */
export async function servingOllama(home: Pick<Home, 'stateFile'>): Promise<string> {
  const named = process.env.OLLAMA_HOST?.replace(/^(?!https?:\/\/)/, 'http://');
  return (await stackState(home))?.addresses.ollama ?? named ?? 'http://127.0.0.1:11434';
}
