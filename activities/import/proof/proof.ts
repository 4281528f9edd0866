import { type LeftOutChat, leftOutWords } from '../../../core/words/left-out-chats.ts';

/** One proof of an import. `possible` is false if this server or model gives nothing to prove it with; `detail` says why. */
export interface Proof {
  name: 'architecture' | 'prompt' | 'tokens' | 'stop' | 'greedy' | 'adapter' | 'drift';
  ok: boolean;
  possible: boolean;
  detail: string;
  /** The probe chats that it compared. */
  coverage?: Coverage;
}

export interface Coverage {
  compared: number;
  of: number;
  leftOut: readonly LeftOutChat[];
}

export const proven = (name: Proof['name'], detail: string): Proof => ({ name, ok: true, possible: true, detail });
export const refuted = (name: Proof['name'], detail: string): Proof => ({ name, ok: false, possible: true, detail });
export const unprovable = (name: Proof['name'], detail: string): Proof => ({ name, ok: true, possible: false, detail });

/** Proven for the chats that could be compared: with how many of how many, and why not the others. */
export function provenFor(name: Proof['name'], coverage: Coverage, detail: (chats: string) => string): Proof {
  const { compared, of, leftOut } = coverage;
  const chats = compared === of ? `${of} chats` : `${compared} of ${of} chats`;
  const why = leftOutWords(leftOut);
  return { ...proven(name, `${detail(chats)}${why === '' ? '' : `; ${why}`}`), coverage };
}

/** Makes blanks and line ends visible, for two lines that a person compares. */
export const visible = (text: string): string =>
  text.replaceAll(' ', '·').replaceAll('\t', '→').replaceAll('\r', '␍').replaceAll('\n', '⏎');

/** Shows the first difference of two texts with its surroundings: two short lines, one per side. */
export function showFirstDifference(trained: string, served: string): string {
  let at = 0;
  while (at < trained.length && at < served.length && trained[at] === served[at]) at += 1;
  const from = Math.max(0, at - 30);
  const side = (text: string) =>
    `${from > 0 ? '…' : ''}${visible(text.slice(from, at))}▸${visible(text.slice(at, at + 60))}${at + 60 < text.length ? '…' : ''}`;
  return `first difference at character ${at} (▸):\n  trained: ${side(trained)}\n  Ollama:  ${side(served)}`;
}
