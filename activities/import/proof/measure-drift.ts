import { type ServedAnswer, sameText } from './compare-answers.ts';

export interface Drift {
  /** Mean change of the log-probability (natural logarithm) that the f16 model's own tokens get: 0 is none. */
  drift: number;
  tokens: number;
  /** Share of the f16 model's greedy tokens that come out equal before the first difference. */
  agreement: number;
}

/**
 * How far quantization moved the model, measured on the greedy answers of its f16 parent: as long as both have written the
 * same text, the log-probabilities of the parent's token are compared; the first token that differs is the last one counted.
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
      // A token that is not among the first twenty any more has at most the probability of the last of them.
      const logprob = sameText(other.text, token.text)
        ? other.logprob
        : (other.others[token.text] ?? Math.min(other.logprob, ...Object.values(other.others)));
      sum += Math.abs(token.logprob - logprob);
      tokens += 1;
      if (!sameText(other.text, token.text)) break;
      equal += 1;
    }
  }
  return { drift: tokens === 0 ? 0 : sum / tokens, tokens, agreement: all === 0 ? 1 : equal / all };
}
