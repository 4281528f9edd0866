import type { StepContext } from '../engine/step-context.ts';
import { type BySide, sidesOf } from './report/report.ts';

/** The share of the work that is done, by the number of the question round in each part of it. */
export function sharesOf(
  { arms = {}, max_forgetting }: StepContext<'evaluate'>['options'],
  models: BySide<{ digest: string }>,
) {
  const sides = new Set(sidesOf(models).map((side) => models[side]!.digest)).size;
  const others = Object.values(arms).filter(({ model }) => models[model]).length;
  const all = sides + others + (max_forgetting === undefined ? 0 : 2);
  const from = (first: number) => (round: number) => (first + round) / all;
  return { sides: from(0), arms: from(sides), general: from(sides + others) };
}
