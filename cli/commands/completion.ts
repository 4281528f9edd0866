import type { Command } from 'commander';
import { openHome } from '../../services/machine/home.ts';
import { readAllPromotions } from '../../services/promotion/promotion-ledger.ts';
import { completionsFor, type Shell, shells } from '../completion/completions.ts';
import { scripts } from '../completion/scripts.ts';
import { knownRuns } from '../runs/known-runs.ts';
import { UserError } from '../user-error.ts';

/** Prints the script that makes a shell complete commands, options, runs and models. */
export async function completion(shell: string): Promise<number> {
  if (!Object.hasOwn(scripts, shell))
    throw new UserError(`there is no completion for "${shell}"`, {
      hint: `write ${shells.slice(0, -1).join(', ')} or ${shells.at(-1)}`,
    });
  process.stdout.write(scripts[shell as Shell]);
  return 0;
}

const maxRuns = 50;

/** Answers the scripts: prints each word that may stand next, with a tab before what it means. Asks no server: a key press waits for it. */
export const complete =
  (program: Command) =>
  async (words: readonly string[]): Promise<number> => {
    const home = openHome();
    const found = await completionsFor(program, words, {
      runs: async () => (await knownRuns(home.runs)).slice(0, maxRuns),
      models: async () => (await readAllPromotions(home.store)).map(({ name }) => name),
    });
    const lines = found === 'files' ? [':files'] : found.map(({ word, about }) => `${word}\t${about}`);
    process.stdout.write(lines.map((line) => `${line}\n`).join(''));
    return 0;
  };
