import type { TrainedAnswer } from './probe.ts';

/** A greedy answer of Ollama, with its tokens as text. */
export interface ServedAnswer {
  text: string;
  tokens: readonly { text: string; logprob: number; others: Readonly<Record<string, number>> }[];
  /** `stop`: an end token or a stop string. `cut`: the token limit, or Ollama's own guard against repetition. */
  end: 'stop' | 'cut';
}

export interface Comparison {
  kind: 'agrees' | 'near tie' | 'stopped early' | 'did not stop' | 'differs';
  /** Number of equal tokens from the start. */
  tokens: number;
  /** How many of them the trained model chose with more than the given margin. */
  decisive: number;
  /** All tokens are equal, and both answers ended with an end token or a stop string. */
  ended: boolean;
  /** Margins of both sides at the first token that differs; 0 where a side does not tell it. */
  margin: { trained: number; served: number };
}

/**
 * Compares two greedy answers. Equal tokens count even after a near tie, since both models still read the same text. The
 * first difference decides: at a near tie it ends the comparison, elsewhere it refutes. A near tie is one on both sides: a
 * model whose weights are wrong may be sure of nothing, and only the other side's certainty then shows it.
 */
export function compareAnswers(trained: TrainedAnswer, served: ServedAnswer, margin: number): Comparison {
  const count = trained.margins.length - (trained.ended ? 1 : 0);
  const ends = endsOfTokens(served);
  // Each side writes invalid text, such as half of a character at the end, in its own way.
  const known = trained.text.split('\uFFFD', 1)[0] ?? '';
  let decisive = 0;
  const result = (kind: Comparison['kind'], tokens: number, margins = { trained: 0, served: 0 }): Comparison => ({
    kind: Math.max(margins.trained, margins.served) <= margin && kind !== 'agrees' ? 'near tie' : kind,
    tokens,
    decisive,
    ended: kind === 'agrees' && trained.ended && tokens === count && served.end === 'stop',
    margin: margins,
  });
  /** Of the tokens from `first` to `last`: where one of them could as well be another, so could the text that they make. */
  const marginsOf = (first: number, last: number) => ({
    trained: smallest(trained.margins.slice(first, last + 1)),
    served: smallest(served.tokens.slice(first, last + 1).map(marginOf)),
  });
  let from = 0;
  for (let index = 0; index < count; index += 1) {
    if (index >= served.tokens.length)
      return served.end === 'cut' ? result('agrees', index) : result('stopped early', index, marginsOf(index, index));
    const end = ends[index];
    // Some characters take several tokens. Their text is known only after the last of them, so they are compared as a group.
    if (end === undefined) continue;
    const written = served.text.slice(0, end);
    if (!known.startsWith(written)) {
      if (known !== trained.text && written.startsWith(known)) return result('agrees', from);
      return result('differs', from, marginsOf(from, index));
    }
    decisive += trained.margins.slice(from, index + 1).filter((each) => each > margin).length;
    from = index + 1;
  }
  if (!trained.ended || served.tokens.length < count) return result('agrees', from);
  if (served.tokens.length > count) return result('did not stop', count, marginsOf(count, count));
  if (served.end === 'stop' && (trained.margins[count] ?? 0) > margin) decisive += 1;
  return result('agrees', count);
}

const smallest = (values: readonly number[]): number => (values.length === 0 ? 0 : Math.min(...values));

/** Probability of a served token minus that of the best other one; 0 if Ollama told no other one. */
function marginOf({ text, logprob, others }: ServedAnswer['tokens'][number]): number {
  const rivals = Object.entries(others).flatMap(([other, each]) => (other === text ? [] : [each]));
  return rivals.length === 0 ? 0 : Math.exp(logprob) - Math.exp(Math.max(...rivals));
}

/**
 * Finds where each token ends in the answer's text. A token may be a part of a character; Ollama's JSON then has
 * replacement characters, so the position is unknown until the next whole token is found.
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
  // The last token ends where the text ends.
  if (ends.length > 0 && ends.at(-1) === undefined) ends[ends.length - 1] = text.length;
  return ends;
}

/** Compares two texts; parts of characters, which each side writes in its own way, count as equal. */
export const isSameText = (one: string, other: string): boolean => collapse(one) === collapse(other);
const collapse = (text: string) => text.replace(/\uFFFD+/g, '\uFFFD');
