import { definitionOf } from '../../kinds/registry.ts';
import type { Finding } from '../finding.ts';
import { type Known, optionsOf, placeOf } from '../known.ts';

/** Finds options of which a step can follow only one. */
export function findExcludingOptions(known: Known): Finding[] {
  return known.steps.flatMap((step) =>
    (definitionOf(step.uses)?.excludes?.(optionsOf(step)) ?? []).map(
      ([option, other]): Finding => ({
        code: 'BAD_OPTIONS',
        reason: 'excluding-options',
        facts: { option, other },
        place: placeOf(step, [option]),
      }),
    ),
  );
}
