import type { Home } from '../machine/home.ts';
import { namedOllama, usualOllama } from '../settings/settings.ts';
import { which } from '../setup/programs/find-program.ts';
import { readState } from '../stack/state.ts';

/** The shell command that starts a chat with a model. */
export const chatCommand = async (home: Home, model: string): Promise<string> =>
  await ollamaCommand(home, `run ${model}`);

/** The shell command that gives words to the program `ollama`, for the server that temper uses. */
export async function ollamaCommand(home: Pick<Home, 'stateFile'>, words: string): Promise<string> {
  const state = await readState(home);
  const here = namedOllama(process.env)?.url ?? usualOllama;
  const address = state?.addresses.ollama || here;
  const program = which('ollama') ? 'ollama' : (state?.binaries.ollama ?? 'ollama');
  return `${address === here ? '' : `OLLAMA_HOST=${address.replace(/^http:\/\//, '')} `}${program} ${words}`;
}
