import type { Scores } from '../../../core/metrics/metrics.ts';
import { answerReaders } from '../../../core/metrics/read-answers.ts';
import { scoreColumn, weighedMetrics, weightsOf, withSum } from '../../../core/metrics/weights.ts';
import type { Answer } from '../../../services/ollama/greedy-question.ts';
import type { StepContext } from '../../engine/step-context.ts';
import { runTrainer } from '../../process/run-trainer.ts';
import type { Question } from '../questions/questions.ts';
import { scoredAs } from './incomplete-answers.ts';
import { byQuestion, meanScores, samplesOf, spreadWithin } from './samples.ts';

export interface Scored {
  each: Scores[];
  /** The least and the highest score that the whole answers can have. They differ for incomplete answers. */
  floor: Scores[];
  ceiling: Scores[];
  /** Answers that differ from a reference only by marks at their ends. */
  marks_only: number;
  /** Answers in which a reference is only a part of a longer word or number. */
  inside_words: number;
  /** Answers that are JSON in a code fence. */
  fenced: number;
  /** How far the answers to one question lie apart in the score, where there are several. */
  within?: number;
}

/** Scores answers by every metric for which their questions have what it needs; every score lies between 0 and 1. */
export async function scoreAnswers(
  context: StepContext<'evaluate'>,
  questions: readonly Question[],
  answers: Readonly<Record<string, readonly Answer[]>>,
): Promise<Record<string, Scored>> {
  const { options } = context;
  const weights = weightsOf(options) ?? {};
  const { samples = 1 } = options;
  const drawn = Object.fromEntries(Object.entries(answers).map(([name, given]) => [name, given.flatMap(samplesOf)]));
  const compared = await compareWithReferences(
    context,
    questions.flatMap((question) => Array.from({ length: samples }, () => question)),
    drawn,
  );
  const readers = answerReaders(questions, { ...options, asked: weighedMetrics(weights) });
  const scored = Object.entries(drawn).map(([name, given]) => {
    const read = given.map((answer, at) => readers[Math.floor(at / samples)]!(answer.text, scoredAs(answer)));
    const own = compared?.[name];
    const { marks_only = 0, inside_words = 0 } = own ?? {};
    const both = (part: 'each' | 'floor' | 'ceiling') =>
      byQuestion(
        read.map((bounds, at) => withSum({ ...presentIn(own?.[part][at]), ...bounds[part] }, weights)),
        samples,
      );
    const means = (part: 'each' | 'floor' | 'ceiling') => both(part).map(meanScores);
    const within = spreadWithin(both('each'), scoreColumn(options));
    const fenced = read.filter(({ isFenced }) => isFenced).length;
    const all = { each: means('each'), floor: means('floor'), ceiling: means('ceiling') };
    return [name, { ...all, marks_only, inside_words, fenced, ...(within === undefined ? {} : { within }) }] as const;
  });
  return Object.fromEntries(scored);
}

/** By the trainer's metrics; nothing if no question has a reference. */
async function compareWithReferences(
  context: StepContext<'evaluate'>,
  questions: readonly Question[],
  answers: Readonly<Record<string, readonly Answer[]>>,
) {
  if (questions.every(({ references }) => references.length === 0)) return undefined;
  const each = <T>(value: (answer: Answer) => T) =>
    Object.fromEntries(Object.entries(answers).map(([name, given]) => [name, given.map(value)]));
  const { models } = await runTrainer(context, 'score', {
    references: questions.map(({ references }) => [...references]),
    answers: each(({ text }) => text),
    ends: each(scoredAs),
  });
  return models;
}

/** Without the scores of a question that has no reference. */
const presentIn = (scores: Readonly<Record<string, number | null>> = {}): Scores =>
  Object.fromEntries(Object.entries(scores).filter((entry): entry is [string, number] => entry[1] !== null));
