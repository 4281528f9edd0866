import type { Home } from './home.ts';
import { readState } from './state.ts';

/** A command that talks to a model, as it works when typed in this shell. */
export async function talkTo(home: Home, model: string): Promise<string> {
  const state = await readState(home);
  const address = state?.addresses.ollama ?? 'http://127.0.0.1:11434';
  const usual = process.env.OLLAMA_HOST ? false : address === 'http://127.0.0.1:11434';
  return `${usual ? '' : `OLLAMA_HOST=${address.replace('http://', '')} `}${state?.binaries?.ollama ?? 'ollama'} run ${model}`;
}
