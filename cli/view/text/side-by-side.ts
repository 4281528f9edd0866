import color from 'picocolors';
import stringWidth from 'string-width';
import wrapAnsi from 'wrap-ansi';

/** Narrower columns break nearly every line of prose, so the texts then stand one below the other. */
const minColumn = 26;
const maxColumn = 96;
const gap = ' │ ';

export interface Column {
  /** Lines above the text. */
  title: readonly string[];
  /** May hold colours of our own, and nothing else that moves a cursor. */
  text: string;
  /** Lines below the text. */
  footer?: readonly string[];
}

/** The width of each column where `count` of them stand side by side in a terminal; undefined where they do not fit. */
export function columnWidth(count: number, columns: number): number | undefined {
  const width = Math.floor((columns - gap.length * (count - 1)) / count);
  return width < minColumn ? undefined : Math.min(width, maxColumn);
}

/** Lays columns out side by side, or one below the other in a narrow terminal. No line is wider than `columns`. */
export function sideBySide(all: readonly Column[], columns: number): string[] {
  const width = columnWidth(all.length, columns);
  if (width === undefined)
    return all.flatMap((column, at) => [...(at > 0 ? [''] : []), ...linesOf(column, Math.min(columns, maxColumn))]);
  const cells = all.map((column) => linesOf(column, width));
  const height = Math.max(...cells.map((lines) => lines.length));
  return Array.from({ length: height }, (_, row) =>
    cells
      .map((lines, at) => (at < cells.length - 1 ? padded(lines[row] ?? '', width) : (lines[row] ?? '')))
      .join(color.dim(gap))
      .trimEnd(),
  );
}

const linesOf = ({ title, text, footer = [] }: Column, width: number): string[] => [
  ...title.flatMap((line) => wrapped(line, width)),
  ...wrapped(text, width),
  ...footer.flatMap((line) => wrapped(line, width)),
];

/** Breaks between words, and inside those that are longer than a line. A wide character never hangs over the edge. */
export const wrapped = (text: string, width: number): string[] =>
  text.split('\n').flatMap((paragraph) => {
    const lines = wrapAnsi(paragraph, width, { hard: true, trim: false }).split('\n');
    // The space between two words may have become the beginning of a line; an indentation is never there.
    return lines.map((line, at) => (at === 0 ? line : line.replace(/^((?:\u001b\[[\d;]*m)*) +/, '$1')));
  });

/** Filled up with spaces to a width. */
export const padded = (line: string, width: number): string =>
  line + ' '.repeat(Math.max(0, width - stringWidth(line)));
