import { judgeMetric } from '../../core/judge/column.ts';
import type { StepContext } from '../engine/step-context.ts';
import { type BySide, sidesOf } from './report/report.ts';

/** The share of the work that is done, by the number of the question round in each part of it. */
export function sharesOf(
  { arms = {}, max_forgetting, judge, metric, harness }: StepContext<'evaluate'>['options'],
  models: BySide<{ digest: string }>,
) {
  const sides = new Set(sidesOf(models).map((side) => models[side]!.digest)).size;
  const others = Object.values(arms).filter(({ model }) => models[model]).length;
  const general = max_forgetting === undefined ? 0 : 2;
  // Each rival is judged in both orders, and an arm is one where the judge is the score.
  const judged = judge === undefined ? 0 : 2 * (sides - 1 + (metric === judgeMetric ? others : 0));
  // Nobody knows how many questions its tasks have.
  const harnessed = harness === undefined ? 0 : 2;
  const all = harnessed + sides + others + general + judged;
  const rounds = (first: number) => (round: number) => (first + round) / all;
  const from = (first: number) => rounds(harnessed + first);
  const judging = (done: number) => from(sides + others + general)(judged * done);
  return { harness: rounds(0), sides: from(0), arms: from(sides), general: from(sides + others), judge: judging };
}
