import type { TrainedAnswer } from './probe.ts';

/** One greedy answer of Ollama: its tokens as text, and whether it ended by itself. */
export interface ServedAnswer {
  text: string;
  tokens: readonly { text: string; logprob: number; others: Readonly<Record<string, number>> }[];
  /** `stop`: an end token or a stop string. `cut`: the token limit, or Ollama's own guard against repetition. */
  end: 'stop' | 'cut';
}

export interface Comparison {
  kind: 'agrees' | 'near tie' | 'stopped early' | 'did not stop' | 'differs';
  /** Tokens that are equal from the start. */
  tokens: number;
  /** Those of them at which the trained model was surer than the margin. */
  decisive: number;
  /** The equal tokens reach to the end of an answer that ended by itself. */
  ended: boolean;
  /** How sure the trained model was of the first token that is not equal. */
  margin: number;
}

/**
 * Greedy answers side by side. Equal tokens are followed past near ties, since both models then still read the same text;
 * the first difference decides: a near tie ends the comparison, anything else refutes.
 */
export function compareAnswers(trained: TrainedAnswer, served: ServedAnswer, margin: number): Comparison {
  const count = trained.margins.length - (trained.ended ? 1 : 0);
  const ends = endsOfTokens(served);
  // What is no valid text, such as a character cut in half at the end, is written in another way on each side.
  const known = trained.text.split('\uFFFD', 1)[0] ?? '';
  let decisive = 0;
  const result = (kind: Comparison['kind'], tokens: number, surety = 0): Comparison => ({
    kind: surety <= margin && kind !== 'agrees' ? 'near tie' : kind,
    tokens,
    decisive,
    ended: kind === 'agrees' && trained.ended && tokens === count && served.end === 'stop',
    margin: surety,
  });
  let from = 0;
  for (let index = 0; index < count; index += 1) {
    if (index >= served.tokens.length)
      return served.end === 'cut' ? result('agrees', index) : result('stopped early', index, trained.margins[index]);
    const end = ends[index];
    // Inside a character of several tokens the text says nothing yet: they stand or fall together.
    if (end === undefined) continue;
    const group = trained.margins.slice(from, index + 1);
    const written = served.text.slice(0, end);
    if (!known.startsWith(written)) {
      if (known !== trained.text && written.startsWith(known)) return result('agrees', from);
      return result('differs', from, Math.min(...group));
    }
    decisive += group.filter((each) => each > margin).length;
    from = index + 1;
  }
  if (!trained.ended || served.tokens.length < count) return result('agrees', from);
  if (served.tokens.length > count) return result('did not stop', count, trained.margins[count]);
  if (served.end === 'stop' && (trained.margins[count] ?? 0) > margin) decisive += 1;
  return result('agrees', count);
}

/**
 * Where each token ends in the answer's text. A token may be a part of a character; Ollama's JSON then has replacement
 * characters, so the place is unknown until the next whole token is found.
 */
function endsOfTokens({ text, tokens }: ServedAnswer): (number | undefined)[] {
  const ends: (number | undefined)[] = [];
  let at = 0;
  let isTorn = false;
  for (const token of tokens) {
    if (token.text.includes('\uFFFD')) {
      isTorn = true;
      ends.push(undefined);
      continue;
    }
    const start = isTorn ? text.indexOf(token.text, at + 1) : at;
    if (start < 0) {
      ends.push(undefined);
      continue;
    }
    at = start + token.text.length;
    isTorn = false;
    ends.push(at);
  }
  // The last token closes whatever is open.
  if (ends.length > 0 && ends.at(-1) === undefined) ends[ends.length - 1] = text.length;
  return ends;
}

/** Equal up to the way in which a part of a character is written. */
export const sameText = (one: string, other: string): boolean => collapse(one) === collapse(other);
const collapse = (text: string) => text.replace(/\uFFFD+/g, '\uFFFD');
