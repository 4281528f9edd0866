import { fullModelName, isSameModelName } from '../../core/model-name.ts';
import { historyOf, type ServedFacts, type ServedOnce } from '../../core/promotions.ts';
import type { ModelEntry } from '../ollama/messages.ts';
import type { OllamaServer } from '../ollama/server.ts';
import { readAllPromotions } from './promotion-ledger.ts';

/** A model that a rollback can restore. */
export interface KeptModel extends Omit<ServedOnce, 'sources'> {
  /** A name that Ollama has it under. */
  tag: string;
  /** When it was rolled back; absent if a newer model replaced it. */
  takenBack?: string;
}

export interface ServedName {
  name: string;
  /**
   * `elsewhere`: the name points to a model that temper did not promote. `missing`: Ollama has no such name.
   * `unfinished`: a move was interrupted and is not settled yet. `unknown`: Ollama does not answer; the ledger is shown.
   */
  state: 'served' | 'elsewhere' | 'missing' | 'unfinished' | 'unknown';
  /** The model it points to now. */
  digest?: string;
  since?: string;
  by?: ServedOnce['by'];
  facts: ServedFacts;
  /** The model that temper promoted last. */
  expected?: string;
  /** The nearest first. */
  kept: readonly KeptModel[];
}

/** Every serving name that temper moved, with its model and the models it can go back to. Changes nothing. */
export async function servedNames(store: string, server: OllamaServer): Promise<ServedName[]> {
  const models = await server.models().catch(() => undefined);
  const names = await readAllPromotions(store);
  return names.flatMap(({ name, lines }) => describe(name, lines, models) ?? []);
}

function describe(
  name: string,
  lines: Parameters<typeof historyOf>[0],
  models: readonly ModelEntry[] | undefined,
): ServedName | undefined {
  const history = historyOf(lines);
  const expected = history.stack.at(-1);
  if (expected === undefined && !history.open) return undefined;
  const digest = models ? models.find((model) => isSameModelName(model.name, name))?.digest : expected;
  const known = digest === undefined ? undefined : history.models.get(digest);
  const state = !models
    ? 'unknown'
    : history.open
      ? 'unfinished'
      : digest === undefined
        ? 'missing'
        : digest === expected
          ? 'served'
          : 'elsewhere';
  const others = [...[...history.stack].reverse(), ...[...history.takenBack.keys()].reverse()];
  return {
    name: fullModelName(name),
    state,
    ...(digest === undefined ? {} : { digest }),
    ...(known?.since === undefined ? {} : { since: known.since }),
    ...(known?.by === undefined ? {} : { by: known.by }),
    facts: known?.facts ?? {},
    ...(expected === undefined ? {} : { expected }),
    kept: others.flatMap((each) => {
      const tag = models?.find((model) => model.digest === each)?.name;
      if (each === digest || tag === undefined) return [];
      const { sources: _, ...model } = history.models.get(each)!;
      const takenBack = history.takenBack.get(each);
      return [{ ...model, tag, ...(takenBack === undefined ? {} : { takenBack }) }];
    }),
  };
}
