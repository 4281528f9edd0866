import { numbersWith } from '../../kinds/options/option-marks.ts';
import { definitionOf } from '../../kinds/registry.ts';
import type { Finding } from '../finding.ts';
import { ancestorsOf, type Known, optionsOf, placeOf } from '../known.ts';

/** Finds trainings that measure themselves on held-out rows, of which their dataset has none. */
export function findMissingHeldOut(known: Known): Finding[] {
  return known.steps.flatMap((step) => {
    const option = definitionOf(step.uses)?.needsHeldOut?.(optionsOf(step));
    if (option === undefined) return [];
    return ancestorsOf(known, step).flatMap((maker): Finding[] => {
      const heldOutOption = definitionOf(maker.uses)?.heldOutOption;
      if (heldOutOption === undefined || optionsOf(maker)[heldOutOption] !== 0) return [];
      const facts = { option, step: maker.id, heldOutOption };
      return [{ code: 'BAD_OPTIONS', reason: 'nothing-held-out', facts, place: placeOf(step, [option]) }];
    });
  });
}

/** Finds trainings that end before their learning rate has risen. */
export function findWarmupsWithoutEnd(known: Known): Finding[] {
  return known.steps.flatMap((step): Finding[] => {
    const { warmupSteps = 0, maxSteps } = definitionOf(step.uses)?.saves?.(optionsOf(step)) ?? {};
    if (maxSteps === undefined || warmupSteps < maxSteps) return [];
    const place = placeOf(step, ['warmup_steps']);
    const facts = { warmupSteps, maxSteps };
    return [{ code: 'BAD_OPTIONS', reason: 'warmup-without-end', facts, place, level: 'warning' }];
  });
}

/** Finds numbers far from those that anybody trains with: most of them are slips of the pen, such as `2e4`. */
export function findUnusualValues(known: Known): Finding[] {
  return known.steps.flatMap((step) =>
    numbersWith(step.uses, step.with, 'usual').flatMap(({ path, value, meta }): Finding[] => {
      const usual = meta as readonly [number, number];
      if (value >= usual[0] && value <= usual[1]) return [];
      const place = placeOf(step, path);
      return [{ code: 'BAD_OPTIONS', reason: 'unusual-value', facts: { value, usual }, place, level: 'warning' }];
    }),
  );
}
