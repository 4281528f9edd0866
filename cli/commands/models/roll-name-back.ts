import { shortDigest } from '../../../core/handles.ts';
import { isSameModelName } from '../../../core/model-name.ts';
import type { Phase } from '../../../core/reasons.ts';
import { suggestionFor } from '../../../core/words/suggestion.ts';
import type { Home } from '../../../services/machine/home.ts';
import { OllamaServer } from '../../../services/ollama/server.ts';
import { servingOllama } from '../../../services/ollama/serving-ollama.ts';
import { readAllPromotions } from '../../../services/promotion/promotion-ledger.ts';
import { type RolledBack, rollBack } from '../../../services/promotion/roll-back.ts';
import { resolveRun } from '../../runs/resolve-run.ts';
import { UserError } from '../../user-error.ts';

export type NameRolledBack = Extract<RolledBack, { how: 'moved' | 'already' }>;

/** Rolls a serving name back: to its previous model, or to the one that the run `to` promoted. Throws UserError if nothing was changed. */
export async function rollNameBack(
  home: Home,
  name: string,
  { to: given, onPhase }: { to?: string | undefined; onPhase?: (phase: Phase) => void },
): Promise<NameRolledBack> {
  const known = (await readAllPromotions(home.store)).map((ledger) => ledger.name);
  if (!known.some((each) => isSameModelName(each, name))) {
    const hint = suggestionFor(name, known, 'serving names', 'a `promote` step in a pipeline creates one');
    throw new UserError(`temper has never promoted a model to "${name}"`, { hint });
  }
  // A run that has no folder any more is known by the ledger alone.
  const to = given === undefined ? undefined : await resolveRun(home.runs, given).catch(() => given);
  const server = new OllamaServer(await servingOllama(home));
  await server.version().catch((error: Error) => {
    throw new UserError(`${error.message}; nothing was changed`, {
      hint: 'start the local services with `npx temper up`',
      exitCode: 1,
    });
  });
  const place = { store: home.store, server, name };
  return changedOrThrow(name, await rollBack(onPhase ? { ...place, onPhase } : place, to), to);
}

function changedOrThrow(name: string, done: RolledBack, run: string | undefined): NameRolledBack {
  switch (done.how) {
    case 'nothing left':
      throw new UserError(`nothing to roll back to: Ollama has no earlier model of ${name}`, {
        hint: '`npx temper models` lists the kept models',
        exitCode: 1,
      });
    case 'gone':
      throw new UserError(`Ollama no longer has ${shortDigest(done.digest)}, which ${run} promoted`, {
        hint: `\`npx temper models\` lists the kept models; \`npx temper rerun ${run}\` makes this one again`,
        exitCode: 1,
      });
    case 'unknown run':
      throw new UserError(`no run "${run}" has promoted a model to ${name}`, {
        hint: suggestionFor(run ?? '', done.runs, 'runs that have'),
      });
    default:
      return done;
  }
}
