import type { Home } from '../machine/home.ts';
import { namedOllama, usualOllama } from '../settings/settings.ts';
import { which } from '../setup/programs/find-program.ts';
import { readState } from '../stack/state.ts';

/** The shell command that starts a chat with a model. */
export async function chatCommand(home: Home, model: string): Promise<string> {
  const state = await readState(home);
  const here = namedOllama(process.env)?.url ?? usualOllama;
  const address = state?.addresses.ollama || here;
  const program = which('ollama') ? 'ollama' : (state?.binaries.ollama ?? 'ollama');
  return `${address === here ? '' : `OLLAMA_HOST=${address.replace(/^http:\/\//, '')} `}${program} run ${model}`;
}
