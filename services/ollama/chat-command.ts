import type { Home } from '../machine/home.ts';
import { which } from '../setup/programs/find-program.ts';
import { readState } from '../stack/state.ts';

/** The shell command that starts a chat with a model. */
export async function chatCommand(home: Home, model: string): Promise<string> {
  const state = await readState(home);
  const here = (process.env.OLLAMA_HOST || '127.0.0.1:11434').replace(/^https?:\/\//, '');
  const address = state?.addresses.ollama.replace('http://', '') || here;
  const program = which('ollama') ? 'ollama' : (state?.binaries.ollama ?? 'ollama');
  return `${address === here ? '' : `OLLAMA_HOST=${address} `}${program} run ${model}`;
}
