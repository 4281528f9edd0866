/** A mistake in a document, with its place. Offsets count UTF-16 units of the text; line and column start at 1. */
export interface Diagnostic {
  code: string;
  message: string;
  at: number;
  end: number;
}

/** Sorted by place, one line each with the source line and a squiggle below. */
export function renderDiagnostics(diagnostics: readonly Diagnostic[], text: string, file: string): string {
  const blocks = [...diagnostics]
    .sort((a, b) => a.at - b.at || a.message.localeCompare(b.message))
    .map((diagnostic) => renderOne(diagnostic, text, file));
  const count = diagnostics.length;
  return `${blocks.join('\n\n')}\n\n${count} ${count === 1 ? 'problem' : 'problems'} in ${file}; nothing was started.\n`;
}

export function positionAt(text: string, at: number): { line: number; column: number; lineText: string } {
  const start = text.lastIndexOf('\n', at - 1) + 1;
  const stop = text.indexOf('\n', at);
  const line = text.slice(0, start).split('\n').length;
  return {
    line,
    column: at - start + 1,
    lineText: text.slice(start, stop < 0 ? text.length : stop).replace(/\r$/, ''),
  };
}

const widest = 160;

function renderOne({ at, end, message, code }: Diagnostic, text: string, file: string): string {
  const { line, column, lineText } = positionAt(text, Math.min(at, text.length));
  const head = `${file}:${line}:${column} ${message} [${code}]`;
  if (lineText.trim() === '') return head;
  // A control character would move the terminal's cursor away from the squiggle; a very long line would bury it.
  const from = column > widest ? column - 40 : 0;
  const shown = lineText.slice(from, from + widest).replace(/\p{Cc}/gu, (char) => (char === '\t' ? ' ' : '·'));
  const width = Math.max(1, Math.min(end - at, from + shown.length - column + 1));
  const gutter = String(line);
  return [
    head,
    `  ${gutter} | ${shown}`,
    `  ${' '.repeat(gutter.length)} | ${pad(shown.slice(0, column - 1 - from))}${'~'.repeat(width)}`,
  ].join('\n');
}

/** Blanks as wide as the text: East Asian characters take two cells. */
const pad = (text: string) =>
  text
    .replace(/[\u1100-\u115f\u2e80-\ua4cf\uac00-\ud7a3\uf900-\ufaff\ufe30-\ufe6f\uff00-\uff60\uffe0-\uffe6]/g, '  ')
    .replace(/[^ ]/g, ' ');
