import { definitionOf } from '../../kinds/registry.ts';
import type { Finding } from '../finding.ts';
import { ancestorsOf, type Known, optionsOf, placeOf } from '../known.ts';

/** Finds steps that measure a model without rows, or on no others than those that it has learned. */
export function findUnmeasurable(known: Known): Finding[] {
  return known.steps.flatMap((step): Finding[] => {
    const option = definitionOf(step.uses)?.measuresOn?.(optionsOf(step));
    if (option === undefined) return [];
    const before = ancestorsOf(known, step);
    const isGiven = optionsOf(step)[option] !== undefined;
    if (!isGiven && !before.some(({ uses }) => definitionOf(uses)?.learnsRows))
      return [{ code: 'BAD_OPTIONS', reason: 'no-rows-to-measure', facts: { option }, place: placeOf(step, []) }];
    const makers = before.flatMap((maker) => {
      const heldOutOption = definitionOf(maker.uses)?.heldOutOption;
      return heldOutOption === undefined
        ? []
        : [{ step: maker.id, heldOutOption, share: optionsOf(maker)[heldOutOption] }];
    });
    const [first] = makers;
    if (!first || makers.some(({ share }) => share !== 0)) return [];
    const facts = { step: first.step, heldOutOption: first.heldOutOption };
    return [{ code: 'BAD_OPTIONS', reason: 'measured-on-training', facts, place: placeOf(step, []), level: 'warning' }];
  });
}
