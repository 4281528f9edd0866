import { judgeMetric } from '../../../core/judge/column.ts';
import { followsPlace, pointsOf } from '../../../core/judge/decide.ts';
import { type Decisions, type JudgeReport, judgeReport } from '../../../core/judge/judge-report.ts';
import type { Tally } from '../../../core/judge/tally.ts';
import type { EvaluationNote } from '../../../core/words/evaluation-notes.ts';
import type { Answer } from '../../../services/ollama/greedy-question.ts';
import { type BySide, sidesOf } from '../report/report.ts';
import { isDecided } from '../scores/known-scores.ts';
import type { Scored } from '../scores/score-answers.ts';
import type { Verdicts } from './ask-judge.ts';

/** Those whose answers the judge sees beside the tuned model's. Other ways to answer are judged only where it is the score. */
export const rivalsOf = (
  { before, production }: BySide<readonly Answer[]>,
  arms: readonly { name: string; answers: readonly Answer[] }[],
  metric: string,
): Record<string, readonly Answer[]> => ({
  before,
  ...(production ? { production } : {}),
  ...(metric === judgeMetric ? Object.fromEntries(arms.map(({ name, answers }) => [name, answers])) : {}),
});

/**
 * Adds the judge to the metrics: the share of a question that each model wins. That of the tuned model is the one against the
 * model before. A question without a verdict may come out either way.
 */
export function withJudge<S extends { sides: BySide<Scored>; arms: Record<string, Scored> }>(
  { sides, arms }: S,
  decisions: Decisions,
): { sides: BySide<Scored>; arms: Record<string, Scored> } {
  const given = (name: string, side: Scored): Scored => {
    const points = decisions[name === 'after' ? 'before' : name]?.map((each) => each && pointsOf(each));
    if (!points) return side;
    const own = name === 'after' ? points : points.map((each) => (each === undefined ? each : 1 - each));
    const add = (part: 'each' | 'floor' | 'ceiling', unknown: number) =>
      side[part].map((scores, at) => ({ ...scores, [judgeMetric]: own[at] ?? unknown }));
    return { ...side, each: add('each', 0.5), floor: add('floor', 0), ceiling: add('ceiling', 1) };
  };
  const each = <T>(scored: T): T =>
    Object.fromEntries(
      Object.entries(scored as Record<string, Scored>).map(([name, side]) => [name, given(name, side)]),
    ) as T;
  return { sides: each(sides), arms: each(arms) };
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
  const sum = (of: (tally: Tally) => number) => tallies.reduce((total, each) => total + of(each), 0);
  const unread = {
    judge: name,
    questions: sum(({ unread: count }) => count),
    of: sum(({ wins, ties, losses }) => wins + ties + losses),
  };
  return [
    ...(own.length > 0 ? [{ code: 'judge_judges_itself' as const, facts: { judge: name, sides: own } }] : []),
    ...(unread.questions > 0 ? [{ code: 'judge_unread' as const, facts: unread }] : []),
    ...(followsPlace(bias) ? [{ code: 'judge_follows_place' as const, facts: bias }] : []),
  ];
}
