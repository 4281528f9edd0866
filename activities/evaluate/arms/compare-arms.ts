import { ownBeside } from '../../../core/judge/column.ts';
import { gainOf } from '../../../core/statistics/gain.ts';
import { intervalOf, meanOf } from '../../../core/statistics/paired-interval.ts';
import { isDecided } from '../scores/known-scores.ts';
import type { Scored } from '../scores/score-answers.ts';
import type { AnsweredArm } from './ask-arms.ts';
import type { JudgedArm } from './judged-arm.ts';

export function judgeArm(
  { name, model, system, found, answers, cost }: AnsweredArm,
  scored: Scored | undefined,
  after: Scored | undefined,
  metric: string,
): JudgedArm {
  return {
    name,
    model,
    ...(system === undefined ? {} : { system }),
    ...(found ? { nearest: found.nearest } : {}),
    ...(found && 'documents' in found.among ? { documents: found.among } : {}),
    ...(found?.places ? { places: found.places } : {}),
    ...(scored && after && metric !== 'none' ? scoresOf(scored, after, metric) : {}),
    cost,
    answers,
  };
}

function scoresOf(
  scored: Scored,
  after: Scored,
  metric: string,
): Pick<JudgedArm, 'score' | 'interval' | 'gain' | 'compared'> {
  const known = [...scored.each.keys()].filter((question) => isDecided(scored, question, metric));
  const both = known.filter((question) => isDecided(after, question, metric));
  const of = ({ each }: Scored, questions: readonly number[]) => questions.map((question) => each[question]![metric]!);
  const interval = intervalOf(of(scored, known));
  const rival = of(scored, both);
  const own = of(after, both).map((score, at) => ownBeside(metric, score, rival[at]!));
  const gain = gainOf(own, rival);
  return {
    ...(known.length > 0 ? { score: meanOf(of(scored, known)) } : {}),
    ...(interval ? { interval: [interval.low, interval.high] as const } : {}),
    ...(gain ? { gain, compared: { questions: both.length, score: meanOf(rival), after: meanOf(own) } } : {}),
  };
}
