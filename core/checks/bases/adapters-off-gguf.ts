import { comesFromGguf } from '../../kinds/options/base-source.ts';
import { definitionOf } from '../../kinds/registry.ts';
import type { Finding } from '../finding.ts';
import { ancestorsOf, type Known, optionsOf, placeOf, textOption } from '../known.ts';

/** Finds imports of an adapter alone whose training does not start from a GGUF file: Ollama has no base of exactly those weights. */
export function findAdaptersOffGguf(known: Known): Finding[] {
  return known.steps.flatMap((step): Finding[] => {
    const option = definitionOf(step.uses)?.adapterAlone;
    if (option === undefined || optionsOf(step)[option] === undefined) return [];
    const training = ancestorsOf(known, step).find(({ uses }) => definitionOf(uses)?.learnsRows);
    if (!training) return [];
    const base = textOption(training, 'base');
    if (base !== undefined && comesFromGguf(base)) return [];
    const facts = { ...(base === undefined ? {} : { base }), step: training.id };
    return [{ code: 'WRONG_BASE', reason: 'adapter-off-gguf', facts, place: placeOf(step, [option]) }];
  });
}
