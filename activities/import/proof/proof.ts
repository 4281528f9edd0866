/** One proof of an import. `possible` is false where this server or this model gives nothing to prove it by; `detail` says so. */
export interface Proof {
  name: 'architecture' | 'prompt' | 'tokens' | 'stop' | 'greedy' | 'drift';
  ok: boolean;
  possible: boolean;
  detail: string;
}

export const proven = (name: Proof['name'], detail: string): Proof => ({ name, ok: true, possible: true, detail });
export const refuted = (name: Proof['name'], detail: string): Proof => ({ name, ok: false, possible: true, detail });
export const unprovable = (name: Proof['name'], detail: string): Proof => ({ name, ok: true, possible: false, detail });

/** Text with its line ends and blanks made visible, for two lines that must be compared by eye. */
export const visible = (text: string): string =>
  text.replaceAll(' ', '·').replaceAll('\t', '→').replaceAll('\r', '␍').replaceAll('\n', '⏎');

/** Where two texts part, with some of what both have before it: two short lines, one per side. */
export function firstDifference(trained: string, served: string): string {
  let at = 0;
  while (at < trained.length && at < served.length && trained[at] === served[at]) at += 1;
  const from = Math.max(0, at - 30);
  const side = (text: string) =>
    `${from > 0 ? '…' : ''}${visible(text.slice(from, at))}▸${visible(text.slice(at, at + 60))}${at + 60 < text.length ? '…' : ''}`;
  return `they part at character ${at} (▸):\n  trained: ${side(trained)}\n  Ollama:  ${side(served)}`;
}
