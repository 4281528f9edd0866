import type { DiagnosticCode } from './diagnostic-codes.ts';

/** A mistake in a document, with its place. Offsets count UTF-16 units of the text; line and column start at 1. */
export interface Diagnostic {
  code: DiagnosticCode;
  message: string;
  at: number;
  end: number;
}

/** A path as a reader would write it: `steps.a.with.command[2]`. */
export const nameOf = (path: readonly PropertyKey[]) =>
  path.map((key, index) => (typeof key === 'number' ? `[${key}]` : `${index > 0 ? '.' : ''}${String(key)}`)).join('');

/** More than this only scrolls the first ones away. */
const mostShown = 40;
const widestLine = 160;
const longestMessage = 600;

/** Sorted by place, one line each with the source line and a squiggle below. */
export function renderDiagnostics(diagnostics: readonly Diagnostic[], text: string, file: string): string {
  const sorted = inOrder(diagnostics);
  const blocks = sorted.slice(0, mostShown).map((diagnostic) => renderOne(diagnostic, text, file));
  if (sorted.length > mostShown) blocks.push(`… and ${sorted.length - mostShown} more`);
  const count = sorted.length;
  return `${blocks.join('\n\n')}\n\n${count} ${count === 1 ? 'problem' : 'problems'} in ${file}; nothing was started.\n`;
}

/** One anchor used twice has its mistakes once. */
function inOrder(diagnostics: readonly Diagnostic[]): Diagnostic[] {
  const unique = new Map(diagnostics.map((each) => [`${each.at} ${each.message}`, each]));
  return [...unique.values()].sort((a, b) => a.at - b.at || (a.message < b.message ? -1 : 1));
}

export function positionAt(text: string, at: number): { line: number; column: number; lineText: string } {
  let start = at > 0 ? text.lastIndexOf('\n', at - 1) + 1 : 0;
  const stop = text.indexOf('\n', at);
  const line = text.slice(0, start).split('\n').length;
  // A byte order mark is no column that an editor would count.
  if (start === 0 && at > 0 && text.startsWith('\ufeff')) start = 1;
  return {
    line,
    column: at - start + 1,
    lineText: text.slice(start, stop < 0 ? text.length : stop).replace(/\r$/, ''),
  };
}

function renderOne({ at, end, message, code }: Diagnostic, text: string, file: string): string {
  const { line, column, lineText } = positionAt(text, Math.min(at, text.length));
  const told = message.length > longestMessage ? `${message.slice(0, longestMessage)}…` : message;
  const head = `${file}:${line}:${column} ${harmless(told)} [${code}]`;
  if (lineText.trim() === '') return head;
  const from = column > widestLine ? column - 40 : 0;
  const shown = harmless(lineText.slice(from, from + widestLine));
  const start = column - 1 - from;
  const marked = shown.slice(start, start + Math.max(1, end - at));
  const gutter = String(line);
  return [
    head,
    `  ${gutter} | ${shown}`,
    `  ${' '.repeat(gutter.length)} | ${' '.repeat(cells(shown.slice(0, start)))}${'~'.repeat(Math.max(1, cells(marked)))}`,
  ].join('\n');
}

/** Control characters would move the cursor away from the squiggle, or change how the terminal shows what follows. */
const harmless = (text: string) =>
  text.replaceAll('\t', ' ').replace(/[\p{Cc}\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069]/gu, '·');

const wide =
  /[\u1100-\u115f\u2e80-\u303e\u3041-\ua4cf\ua960-\ua97c\uac00-\ud7a3\uf900-\ufaff\ufe30-\ufe6f\uff01-\uff60\uffe0-\uffe6\u{1f300}-\u{1faff}\u{20000}-\u{3fffd}]/u;
const noWidth = /\p{Mn}|\p{Me}|\p{Cf}/u;

/** Columns of a terminal that a text takes: East Asian characters and emoji take two, combining marks none. */
function cells(text: string): number {
  let count = 0;
  for (const char of text) count += noWidth.test(char) ? 0 : wide.test(char) ? 2 : 1;
  return count;
}
