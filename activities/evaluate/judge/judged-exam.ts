import { judgeMetric } from '../../../core/judge/column.ts';
import { followsPlace, pointsOf } from '../../../core/judge/decide.ts';
import {
  type Decisions,
  type JudgedQuestion,
  type JudgeReport,
  judgeReport,
  type Rival,
  rivals,
} from '../../../core/judge/judge-report.ts';
import type { EvaluationNote } from '../../../core/words/evaluation-notes.ts';
import { type BySide, sidesOf } from '../report/report.ts';
import { isDecided } from '../scores/known-scores.ts';
import type { Scored } from '../scores/score-answers.ts';
import type { Verdicts } from './ask-judge.ts';

/** The verdicts on one question, by rival. */
export const verdictsOn = (decisions: Decisions, question: number): Partial<Record<Rival, JudgedQuestion>> =>
  Object.fromEntries(
    rivals.flatMap((rival) => {
      const decision = decisions[rival]?.[question];
      if (!decision) return [];
      const { outcome, because, straight, turned } = decision;
      const why = [straight, turned].flatMap((said) => (said && 'why' in said ? [said.why] : []));
      return [[rival, { outcome, because, ...(why.length > 0 ? { why } : {}) }]];
    }),
  );

/**
 * Adds the judge to the metrics: the share of a question that each model wins. That of the tuned model is the one against the
 * model before. A question without a verdict may come out either way.
 */
export function withJudge(scored: BySide<Scored>, decisions: Decisions): BySide<Scored> {
  const pointsAgainst = (rival: Rival) => decisions[rival]?.map((each) => each && pointsOf(each));
  const given = (points: readonly (number | undefined)[] | undefined, side: Scored): Scored => {
    if (!points) return side;
    const add = (part: 'each' | 'floor' | 'ceiling', unknown: number) =>
      side[part].map((scores, at) => ({ ...scores, [judgeMetric]: points[at] ?? unknown }));
    return { ...side, each: add('each', 0.5), floor: add('floor', 0), ceiling: add('ceiling', 1) };
  };
  const left = (points: readonly (number | undefined)[] | undefined) =>
    points?.map((each) => (each === undefined ? each : 1 - each));
  return Object.fromEntries(
    sidesOf(scored).map((side) => [
      side,
      given(side === 'after' ? pointsAgainst('before') : left(pointsAgainst(side)), scored[side]!),
    ]),
  ) as BySide<Scored>;
}

/** `metric`: the score of the evaluation. Where it is the judge itself, chrF says what a metric would. */
export function reportOfJudge(verdicts: Verdicts, metric: string, scored: BySide<Scored> | undefined): JudgeReport {
  const other = metric === judgeMetric ? 'chrf' : metric;
  const isScored = scored?.after.each.some((scores) => scores[other] !== undefined);
  if (!scored || !isScored) return judgeReport(verdicts);
  const { after, before } = scored;
  const differences = after.each.map((scores, at) =>
    isDecided(after, at, other) && isDecided(before, at, other) ? scores[other]! - before.each[at]![other]! : undefined,
  );
  return judgeReport({ ...verdicts, metric: { name: other, differences } });
}

/** What a reader of the verdicts should keep in mind. */
export function notesOfJudge(
  { name, digest, against, bias }: JudgeReport,
  models: BySide<{ digest: string }>,
): EvaluationNote[] {
  const own = sidesOf(models).filter((side) => models[side]!.digest === digest);
  const tallies = Object.values(against);
  const sum = (of: 'unread' | 'questions') => tallies.reduce((total, each) => total + each[of], 0);
  const unread = { judge: name, questions: sum('unread'), of: sum('questions') };
  return [
    ...(own.length > 0 ? [{ code: 'judge_judges_itself' as const, facts: { judge: name, sides: own } }] : []),
    ...(unread.questions > 0 ? [{ code: 'judge_unread' as const, facts: unread }] : []),
    ...(followsPlace(bias) ? [{ code: 'judge_follows_place' as const, facts: bias }] : []),
  ];
}
