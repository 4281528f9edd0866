import { judgeMetric } from '../../core/judge/column.ts';
import type { StepContext } from '../engine/step-context.ts';
import { type BySide, sidesOf } from './report/report.ts';

/** The parts of an evaluation in which models are asked, in this order: each asks its questions so many times over. */
export type Rounds = Readonly<Record<'harness' | 'sides' | 'arms' | 'general' | 'judge', number>>;

export function roundsOf(
  { arms = {}, max_forgetting, judge, metric, harness }: StepContext<'evaluate'>['options'],
  models: BySide<{ digest: string }>,
): Rounds {
  const sides = new Set(sidesOf(models).map((side) => models[side]!.digest)).size;
  const others = Object.values(arms).filter(({ model }) => models[model]).length;
  return {
    // Nobody knows how many questions its tasks have.
    harness: harness === undefined ? 0 : 2,
    sides,
    arms: others,
    general: max_forgetting === undefined ? 0 : 2,
    // Each rival is judged in both orders, and an arm is one where the judge is the score.
    judge: judge === undefined ? 0 : 2 * (sides - 1 + (metric === judgeMetric ? others : 0)),
  };
}

/** For each part, the share of all the work that is done after so many of its rounds. */
export function sharesOf(rounds: Rounds): Readonly<Record<keyof Rounds, (round: number) => number>> {
  const all = Object.values(rounds).reduce((sum, each) => sum + each, 0);
  const from = (first: number) => (round: number) => (first + round) / all;
  const { harness, sides, arms, general } = rounds;
  return {
    harness: from(0),
    sides: from(harness),
    arms: from(harness + sides),
    general: from(harness + sides + arms),
    judge: from(harness + sides + arms + general),
  };
}
