import { isRecord } from '../../json.ts';
import { definitionOf } from '../../kinds/registry.ts';
import type { Finding } from '../finding.ts';
import { type Known, optionsOf, placeOf, writtenStep } from '../known.ts';

/** Finds options that the document gives and that have no effect beside another one. A default that has none is no mistake. */
export function findIdleOptions(known: Known): Finding[] {
  return known.steps.flatMap((step) => {
    const written = writtenStep(known, step)?.with;
    if (!written) return [];
    return (definitionOf(step.uses)?.idle?.(optionsOf(step)) ?? [])
      .filter(({ option }) => isGiven(written, option))
      .map(
        ({ option, because }): Finding => ({
          code: 'UNUSED',
          reason: 'idle-option',
          facts: { option: option.join('.'), because },
          place: placeOf(step, option),
          level: 'warning',
        }),
      );
  });
}

function isGiven(options: unknown, path: readonly string[]): boolean {
  let value = options;
  for (const key of path) {
    if (!isRecord(value) || !(key in value)) return false;
    value = value[key];
  }
  return true;
}
