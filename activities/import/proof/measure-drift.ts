import { isSameText, type ServedAnswer } from './compare-answers.ts';

export interface Drift {
  /** Mean absolute change of the log-probability (natural logarithm) of the f16 model's tokens. */
  drift: number;
  tokens: number;
  /** Share of the f16 model's greedy tokens that are equal before the first difference, 0 to 1. */
  agreement: number;
}

/**
 * Measures how much quantization changed the model, on the greedy answers of its f16 parent. The log-probabilities of the
 * parent's tokens are compared while both texts are equal; the first token that differs is the last one that counts.
 */
export function measureDrift(parent: readonly ServedAnswer[], quantized: readonly ServedAnswer[]): Drift {
  let sum = 0;
  let tokens = 0;
  let equal = 0;
  let all = 0;
  for (const [index, { tokens: wanted }] of parent.entries()) {
    const found = quantized[index]?.tokens ?? [];
    all += wanted.length;
    for (const [at, token] of wanted.entries()) {
      const other = found[at];
      if (!other) break;
      // A token that is no longer among the first twenty has at most the probability of the twentieth.
      const logprob = isSameText(other.text, token.text)
        ? other.logprob
        : (other.others[token.text] ?? Math.min(other.logprob, ...Object.values(other.others)));
      sum += Math.abs(token.logprob - logprob);
      tokens += 1;
      if (!isSameText(other.text, token.text)) break;
      equal += 1;
    }
  }
  return { drift: tokens === 0 ? 0 : sum / tokens, tokens, agreement: all === 0 ? 1 : equal / all };
}
