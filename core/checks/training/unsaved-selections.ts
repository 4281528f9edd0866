import type { Saves } from '../../kinds/definition.ts';
import { definitionOf } from '../../kinds/registry.ts';
import type { Finding, FindingProblem } from '../finding.ts';
import { type Known, makersOf, optionsOf, placeOf } from '../known.ts';

/** Finds selections of a checkpoint that the training does not save, or does not keep. */
export function findUnsavedSelections(known: Known): Finding[] {
  return known.steps.flatMap((step) => {
    const options = optionsOf(step);
    const selected = definitionOf(step.uses)?.selected?.(options);
    if (!selected) return [];
    const place = placeOf(step, selected.option);
    return makersOf(known, step, options[selected.from]).flatMap((training): Finding[] => {
      const saves = definitionOf(training.uses)?.saves?.(optionsOf(training));
      const problem = saves && problemOf(selected.step, saves);
      return problem ? [{ ...problem, place }] : [];
    });
  });
}

function problemOf(step: number, saves: Saves): FindingProblem | undefined {
  const { everySteps, maxSteps, keep } = saves;
  if (maxSteps !== undefined && step > maxSteps)
    return { code: 'NO_CHECKPOINT', reason: 'beyond-last-step', facts: { step, maxSteps } };
  if (saves.atOtherTimes || everySteps === undefined) return undefined;
  const before = step - (step % everySteps);
  if (before !== step && step !== maxSteps) {
    const after = Math.min(before + everySteps, maxSteps ?? Number.POSITIVE_INFINITY);
    return { code: 'NO_CHECKPOINT', reason: 'between-checkpoints', facts: { step, everySteps, before, after } };
  }
  if (maxSteps === undefined || keep === undefined || saves.mayEndEarly) return undefined;
  const kept = savedSteps(everySteps, maxSteps).slice(-keep);
  if (kept.includes(step)) return undefined;
  const wanted = savedSteps(everySteps, maxSteps).filter((each) => each >= step).length;
  return { code: 'NO_CHECKPOINT', reason: 'checkpoint-not-kept', facts: { step, keep, kept, wanted } };
}

/** A training can have millions of steps; no more of them are named. */
const maxSteps = 10_000;

function savedSteps(every: number, last: number): number[] {
  const count = Math.min(Math.floor(last / every), maxSteps);
  const first = Math.floor(last / every) - count;
  const whole = Array.from({ length: count }, (_, index) => (first + index + 1) * every);
  return whole.at(-1) === last ? whole : [...whole, last];
}
