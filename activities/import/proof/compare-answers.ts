import type { TrainedAnswer } from './probe.ts';

/** `others`: the most likely tokens at its place, itself included. Natural logarithms. */
export interface ServedToken {
  text: string;
  logprob: number;
  others: Readonly<Record<string, number>>;
}

/** A greedy answer of Ollama, with its tokens as text. */
export interface ServedAnswer {
  text: string;
  tokens: readonly ServedToken[];
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
 *
 * Both are aligned by their text: Ollama 0.33 tells a character of several tokens as one token, earlier ones tell each.
 */
export function compareAnswers(trained: TrainedAnswer, served: ServedAnswer, margin: number): Comparison {
  const { ends, margins, ended } = trained;
  const count = margins.length - (ended ? 1 : 0);
  const [known, written] = [wholePart(trained.text), wholePart(served.text)];
  const common = commonLength(known, written);
  let decisive = 0;
  const result = (kind: Comparison['kind'], tokens: number, at = { trained: 0, served: 0 }): Comparison => ({
    kind: Math.max(at.trained, at.served) <= margin && kind !== 'agrees' ? 'near tie' : kind,
    tokens,
    decisive,
    ended: kind === 'agrees' && ended && tokens === count && served.end === 'stop',
    margin: at,
  });
  let [from, start] = [0, 0];
  for (let index = 0; index < count; index += 1) {
    const end = ends[index];
    // Some characters take several tokens. Their text is known only after the last of them, so they are compared as a group.
    if (end === undefined || end === null) continue;
    // Where one of the tokens could as well be another, so could the text that they make.
    const sure = smallest(margins.slice(from, index + 1));
    if (end > common) {
      const isCut = common === written.length && (served.end === 'cut' || written !== served.text);
      if (isCut || common === known.length) return result('agrees', from);
      if (common === written.length) return result('stopped early', from, { trained: sure, served: 0 });
      return result('differs', from, { trained: sure, served: servedMargin(served, start, common) });
    }
    decisive += margins.slice(from, index + 1).filter((each) => each > margin).length;
    [from, start] = [index + 1, end];
  }
  if (!ended || from < count) return result('agrees', from);
  const last = margins[count] ?? 0;
  if (served.text.length > start)
    return result('did not stop', count, { trained: last, served: servedMargin(served, start, start) });
  if (served.end === 'stop' && last > margin) decisive += 1;
  return result('agrees', count);
}

/** Each side writes invalid text, such as half of a character at the end, in its own way. */
const wholePart = (text: string): string => text.split('\uFFFD', 1)[0] ?? '';

function commonLength(one: string, other: string): number {
  let at = 0;
  while (at < one.length && at < other.length && one[at] === other[at]) at += 1;
  return at;
}

/** The least margin of the served tokens that make the text from `first` to `last`. */
const servedMargin = (served: ServedAnswer, first: number, last: number): number =>
  smallest(
    spansOf(served)
      .filter(({ start, end }) => end > first && start <= last)
      .flatMap(({ tokens }) => tokens.map(marginOf)),
  );

const smallest = (values: readonly number[]): number => (values.length === 0 ? 0 : Math.min(...values));

/** Probability of a served token minus that of the best other one; 0 if Ollama told no other one, or only of a part of it. */
function marginOf({ text, logprob, others }: ServedToken): number {
  if (!(text in others)) return 0;
  const rivals = Object.entries(others).flatMap(([other, each]) => (other === text ? [] : [each]));
  return rivals.length === 0 ? 0 : Math.exp(logprob) - Math.exp(Math.max(...rivals));
}

/** Served tokens with the place in the text that they make together: one, or those of one character. */
export interface Span {
  start: number;
  end: number;
  tokens: readonly ServedToken[];
}

export function spansOf(served: ServedAnswer): Span[] {
  const spans: Span[] = [];
  let [from, start] = [0, 0];
  for (const [index, end] of endsOfTokens(served).entries()) {
    if (end === undefined) continue;
    spans.push({ start, end, tokens: served.tokens.slice(from, index + 1) });
    [from, start] = [index + 1, end];
  }
  return spans;
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
