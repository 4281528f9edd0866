import { type Gain, minUnequal } from './gain.ts';

/**
 * How much of a score is the manner of the answers, such as language, length and form. The same answers, each dealt to other
 * questions, keep their manner and lose what they say: what they score there is no proof that a question was understood.
 */
export interface Manner {
  /** Those of which both scores are known. */
  questions: number;
  /** Means of the scores to the own question and to others. */
  score: number;
  dealt: number;
  /** By how much answers score higher to their own question. */
  gain: Gain;
}

/**
 * `content`: the answers score higher to their own questions, beyond chance. `manner`: they do not, on questions enough to
 * tell. Undefined where there are too few.
 */
export function mannerOrContent({
  questions,
  gain,
}: {
  questions: number;
  gain: Pick<Gain, 'sign' | 'low'>;
}): 'manner' | 'content' | undefined {
  if (gain.sign === 'higher') return 'content';
  return questions >= minUnequal && gain.low <= 0 ? 'manner' : undefined;
}
