import { chatModelsIn, markedValues } from '../../kinds/options/option-marks.ts';
import { hasExpression } from '../../language/expression/parse.ts';
import { isSameModelName } from '../../model-name.ts';
import type { Finding } from '../finding.ts';
import { type Known, makersOf, optionsOf, placeOf } from '../known.ts';

/** Finds judges that are one of the models they compare, by its name, or by the name that an import gives it. */
export function findJudgesOfThemselves(known: Known): Finding[] {
  return known.steps.flatMap((step) => {
    const options = optionsOf(step);
    const named = markedValues(step.uses, step.with).flatMap(({ role, path, value }) => {
      if (role !== 'judged' && role !== 'rival' && role !== 'serving') return [];
      const option = String(path[0]);
      if (!hasExpression(value)) return [{ option, name: value }];
      const made = makersOf(known, step, options[option]).flatMap((maker) => markedValues(maker.uses, maker.with));
      return made.filter(({ mark }) => mark === 'creates').map((each) => ({ option, name: each.value }));
    });
    if (named.length === 0) return [];
    return chatModelsIn(step.uses, step.with).flatMap(({ path, value: { model } }): Finding[] => {
      const same = named.find(({ name }) => isSameModelName(name.trim(), model.trim()));
      if (!same) return [];
      const facts = { name: model, option: same.option };
      const place = placeOf(step, [...path, 'model']);
      return [{ code: 'BAD_VALUE', reason: 'judges-itself', facts, place, level: 'warning' }];
    });
  });
}
