import { type Gain, gainOf } from '../../../core/statistics/gain.ts';
import { meanOf } from '../../../core/statistics/paired-interval.ts';
import type { OllamaServer } from '../../../services/ollama/server.ts';
import type { StepContext } from '../../engine/step-context.ts';
import { askQuestions } from '../questions/ask-questions.ts';
import type { Remembered } from '../questions/kept-chats.ts';
import { lastQuestion } from '../questions/questions.ts';
import { type GeneralQuestion, isRight } from './general-questions.ts';

/** What a tuning has done to answers that it did not teach. */
export interface GeneralAbility {
  questions: number;
  /** Shares of right answers. */
  before: number;
  after: number;
  /** `lower`: it has forgotten, and not by chance. */
  gain: Gain;
  /** Questions that only the model before answered rightly, with both answers. */
  forgotten: readonly { question: string; before: string; after: string }[];
}

const sides = ['before', 'after'] as const;
/** A right answer is a word or a line. */
const mostTokens = 48;

/** Asks the models before and after the general questions, without the system message of the evaluation. */
export async function askGeneral(
  { options, signal, progress }: StepContext<'evaluate'>,
  server: OllamaServer,
  {
    questions: asked,
    models,
    remembered,
    share,
  }: {
    questions: readonly GeneralQuestion[];
    models: Readonly<Record<(typeof sides)[number], { name: string; digest: string }>>;
    remembered: Remembered;
    share: (round: number) => number;
  },
): Promise<GeneralAbility> {
  const questions = asked.map(({ messages }, at) => ({ at: `general:${at + 1}`, references: [], messages }));
  const texts: Record<string, string[]> = {};
  for (const [at, side] of sides.entries()) {
    const { answers } = await askQuestions(server, models[side].name, questions, {
      ...{ maxTokens: Math.min(mostTokens, options.max_tokens), seed: options.seed, think: false, signal },
      remember: remembered(models[side].digest),
      onAnswer: (done) =>
        progress({
          phase: { code: 'asking', facts: { side: `${side}, general`, done, total: questions.length } },
          fraction: share(at + done / questions.length),
        }),
    });
    texts[side] = answers.map(({ text }) => text);
  }
  const right = (side: (typeof sides)[number]) => asked.map((each, at) => Number(isRight(texts[side]![at]!, each)));
  const [before, after] = [right('before'), right('after')];
  return {
    questions: asked.length,
    before: meanOf(before),
    after: meanOf(after),
    gain: gainOf(after, before)!,
    forgotten: asked.flatMap((each, at) =>
      before[at] === 1 && after[at] === 0
        ? [{ question: lastQuestion(each), before: texts.before![at]!, after: texts.after![at]! }]
        : [],
    ),
  };
}
