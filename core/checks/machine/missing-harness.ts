import { definitionOf } from '../../kinds/registry.ts';
import type { Finding } from '../finding.ts';
import { type Known, optionsOf, placeOf } from '../known.ts';

/**
 * Finds steps that would ask for lm-evaluation-harness after the training, on a machine that does not have it. Once it is
 * decided what runs, the run is refused.
 */
export function findMissingHarness({ steps, lmEval, decided }: Known): Finding[] {
  if (lmEval === undefined || lmEval.isFound) return [];
  const { named } = lmEval;
  return steps.flatMap((step): Finding[] => {
    const option = definitionOf(step.uses)?.harnessOption;
    if (option === undefined || optionsOf(step)[option] === undefined || decided?.get(step.id) === true) return [];
    return [
      {
        code: 'TOOL_MISSING',
        reason: 'no-lm-eval',
        facts: named === undefined ? {} : { named },
        place: placeOf(step, [option]),
        ...(decided === undefined ? { level: 'not-yet' } : {}),
      },
    ];
  });
}
