import { gainOf } from '../../../core/statistics/gain.ts';
import type { Manner } from '../../../core/statistics/manner.ts';
import { meanOf } from '../../../core/statistics/paired-interval.ts';
import type { Answer } from '../../../services/ollama/greedy-question.ts';
import type { BySide } from '../report/report.ts';
import { isDecided, judgedQuestions } from './known-scores.ts';
import type { Scored } from './score-answers.ts';

/** Each answer is dealt to so many other questions: enough for a mean, and few to score. */
const deals = 5;

/** The answers of a model, each given to another question, in several ways. No arm has such a name. */
export function dealt(answers: readonly Answer[]): Record<string, Answer[]> {
  const ways = Math.min(deals, answers.length - 1);
  return Object.fromEntries(
    Array.from({ length: Math.max(0, ways) }, (_, way) => [
      nameOf(way),
      answers.map((__, at) => answers[(at + way + 1) % answers.length]!),
    ]),
  );
}

const nameOf = (way: number) => `dealt:${way + 1}`;

/** How the answers score to their own questions, and how to others. Undefined if too few of these scores are known. */
export function mannerOf(
  sides: BySide<Scored>,
  scored: Readonly<Record<string, Scored>>,
  metric: string,
): Manner | undefined {
  const ways = Array.from({ length: deals }, (_, way) => scored[nameOf(way)]).filter((each) => each !== undefined);
  const { after: own } = sides;
  // Those over which its score is told.
  const pairs = judgedQuestions(sides, metric).flatMap((question) => {
    const others = ways.filter((way) => isDecided(way, question, metric));
    if (!isDecided(own, question, metric) || others.length === 0) return [];
    return [{ score: own.each[question]![metric]!, other: meanOf(others.map((way) => way.each[question]![metric]!)) }];
  });
  const [scores, others] = [pairs.map(({ score }) => score), pairs.map(({ other }) => other)];
  const gain = gainOf(scores, others);
  return gain && { questions: pairs.length, score: meanOf(scores), dealt: meanOf(others), gain };
}
