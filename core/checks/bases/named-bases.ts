import type { BaseFacts } from '../base-facts.ts';
import type { Finding, FindingProblem, Level, Place } from '../finding.ts';
import { type Known, type NamedValue, namedValues, optionsOf, placeOf } from '../known.ts';

/** A base model that a step names, with what its files show. */
export interface NamedBase extends NamedValue {
  facts: BaseFacts;
  place: Place;
  options: Readonly<Record<string, unknown>>;
}

/** Lists the base models whose files are known. */
export const namedBases = (known: Known): NamedBase[] =>
  namedValues(known).flatMap((named) => {
    const facts = named.mark === 'base' ? known.bases.get(named.value) : undefined;
    return facts ? [{ ...named, facts, place: placeOf(named.step, named.path), options: optionsOf(named.step) }] : [];
  });

/** Makes a check of one that looks at a single base model. */
export const eachBase =
  (look: (base: NamedBase, known: Known) => readonly (FindingProblem & { level?: Level; place?: Place })[]) =>
  (known: Known): Finding[] =>
    namedBases(known).flatMap((base) => look(base, known).map((found) => ({ place: base.place, ...found })));
