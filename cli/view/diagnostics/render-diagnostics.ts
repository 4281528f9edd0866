import stringWidth from 'string-width';
import { type Diagnostic, isError, unique } from '../../../core/language/diagnostic.ts';
import { describeProblem } from '../../../core/words/diagnostics/describe.ts';
import { plural } from '../../../core/words/plural.ts';
import { measurable } from '../text/measurable.ts';
import { positionAt } from './position.ts';

/** More than these only scroll the first ones away. */
const maxShown = 40;
/** Columns of a source line, and characters of a message. */
const maxLineWidth = 160;
const maxMessageLength = 600;

/** Words diagnostics for a terminal: sorted by place, each with its source line, a squiggle below and a hint. */
export function renderDiagnostics(diagnostics: readonly Diagnostic[], text: string, file: string): string {
  const sorted = unique(diagnostics)
    .map((diagnostic) => ({ ...diagnostic, ...describeProblem(diagnostic) }))
    .sort((a, b) => a.at - b.at || (a.message < b.message ? -1 : 1));
  const blocks = sorted.slice(0, maxShown).map((diagnostic) => renderOne(diagnostic, text, file));
  if (sorted.length > maxShown) blocks.push(`… and ${sorted.length - maxShown} more`);
  return `${blocks.join('\n\n')}\n\n${countWords(sorted)} in ${file}${sorted.some(isError) ? '; nothing was started' : ''}.\n`;
}

function countWords(all: readonly Diagnostic[]): string {
  const errors = all.filter(isError).length;
  const parts = [
    ...(errors > 0 ? [plural(errors, 'problem')] : []),
    ...(errors < all.length ? [plural(all.length - errors, 'warning')] : []),
  ];
  return parts.join(' and ');
}

interface Worded {
  code: string;
  level?: 'warning';
  message: string;
  hint?: string | undefined;
  at: number;
  end: number;
}

function renderOne({ at, end, message, hint, code, level }: Worded, text: string, file: string): string {
  const { line, column, lineText } = positionAt(text, Math.min(at, text.length));
  return [
    `${file}:${line}:${column} ${level ? `${level}: ` : ''}${shortened(message)} [${code}]`,
    ...(lineText.trim() === '' ? [] : sourceLines(lineText, { line, column, length: end - at })),
    ...(hint === undefined ? [] : [`hint: ${shortened(hint)}`]),
  ].join('\n');
}

function sourceLines(text: string, { line, column, length }: { line: number; column: number; length: number }) {
  const from = column > maxLineWidth ? column - 40 : 0;
  const shown = harmless(text.slice(from, from + maxLineWidth));
  const start = column - 1 - from;
  const marked = shown.slice(start, start + Math.max(1, length));
  const gutter = String(line);
  return [
    `  ${gutter} | ${shown}`,
    `  ${' '.repeat(gutter.length)} | ${' '.repeat(stringWidth(shown.slice(0, start)))}${'~'.repeat(Math.max(1, stringWidth(marked)))}`,
  ];
}

const shortened = (text: string) =>
  harmless(text.length > maxMessageLength ? `${text.slice(0, maxMessageLength)}…` : text);

/** Control characters would move the cursor away from the squiggle, or change how the terminal shows what follows. */
const harmless = (text: string) =>
  measurable(text)
    .replaceAll('\t', ' ')
    .replace(/[\p{Cc}\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069]/gu, '·');
