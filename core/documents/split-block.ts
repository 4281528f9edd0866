import { estimateTokens } from '../estimates/tokens.ts';
import type { Block } from './block.ts';

interface Piece {
  text: string;
  /** Of the block's text. */
  start: number;
  end: number;
}

/** Parts a block that is too long: a table between its rows, each part with the table's head; text after a sentence. */
export function splitBlock({ kind, text }: Pick<Block, 'kind' | 'text'>, maxTokens: number): Piece[] {
  if (kind === 'table') return splitTable(text, maxTokens);
  const parts = kind === 'code' ? text.split(/(?<=\n)/) : sentencesOf(text);
  return gathered(
    parts.flatMap((part) => hardSplit(part, maxTokens)),
    maxTokens,
    '',
  );
}

function splitTable(text: string, maxTokens: number): Piece[] {
  const lines = text.split(/(?<=\n)/);
  const hasHead = /^\|(?:\s*:?-+:?\s*\|)+\s*$/.test(lines[1] ?? '');
  const head = hasHead ? lines.slice(0, 2).join('') : '';
  const room = Math.max(maxTokens / 2, maxTokens - estimateTokens(head, 0));
  const rows = lines.slice(hasHead ? 2 : 0).flatMap((line) => hardSplit(line, room));
  return gathered(rows, room, head, head.length);
}

/** Sentences with the space behind them. Of decimal numbers and abbreviations only those that a space follows are parted. */
const sentencesOf = (text: string): string[] =>
  text.split(/(?<=[。！？；!?]["”』」]?)(?=\S)|(?<=[.!?]["”]?\s)|(?<=\n)/);

function hardSplit(text: string, maxTokens: number): string[] {
  const parts: string[] = [];
  let rest = text;
  while (estimateTokens(rest, 0) > maxTokens) {
    let length = Math.max(1, Math.floor((rest.length * maxTokens) / estimateTokens(rest, 0)));
    // Not within a character of two code units, nor within a word if there is a space.
    if (/[\uDC00-\uDFFF]/.test(rest[length] ?? '')) length += 1;
    const space = rest.lastIndexOf(' ', length);
    const cut = space > length / 2 ? space + 1 : length;
    parts.push(rest.slice(0, cut));
    rest = rest.slice(cut);
  }
  return rest === '' ? parts : [...parts, rest];
}

function gathered(parts: readonly string[], maxTokens: number, head: string, from = 0): Piece[] {
  const pieces: Piece[] = [];
  let at = from;
  for (const part of parts) {
    const last = pieces.at(-1);
    if (last && estimateTokens(last.text + part, 0) <= maxTokens) {
      last.text += part;
      last.end += part.length;
    } else pieces.push({ text: part, start: at, end: at + part.length });
    at += part.length;
  }
  return pieces
    .map(({ text, ...place }) => ({ text: (head + text).trim(), ...place }))
    .filter(({ text }) => text !== '');
}
