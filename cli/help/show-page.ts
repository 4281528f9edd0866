import pc from 'picocolors';
import wrapAnsi from 'wrap-ansi';

/** Markdown for a terminal: paragraphs in its width, a table as a list, headings in bold. Code stays as it is. */
export function showPage(text: string, width: number): string {
  const wrap = (line: string, indent = '') =>
    wrapAnsi(line, Math.max(20, width - indent.length)).replaceAll(/^/gm, indent);
  let head: readonly string[] | undefined;
  return joined(text.split('\n'))
    .flatMap((line) => {
      if (line.startsWith(code)) return line;
      if (!line.startsWith('|')) {
        head = undefined;
        return wrap(line.startsWith('#') ? pc.bold(line.replace(/^#+ /, '')) : line);
      }
      const cells = cellsOf(line);
      if (!head) {
        head = cells;
        return [];
      }
      if (cells.every((cell) => /^:?-+:?$/.test(cell))) return [];
      const [first = '', ...rest] = cells;
      const facts = rest.flatMap((cell, index) => (cell === '' ? [] : `${head?.[index + 1] || ''}: ${cell}`));
      return [wrap(pc.bold(first)), ...facts.map((fact) => wrap(fact.replace(/^: /, ''), '  '))];
    })
    .join('\n');
}

const code = '    ';

/** Lines of a paragraph in one, code indented without its fences. */
function joined(lines: readonly string[]): string[] {
  const found: string[] = [];
  let isCode = false;
  let isText = false;
  for (const line of lines) {
    if (line.startsWith('```')) {
      isCode = !isCode;
      isText = false;
    } else if (isCode) found.push(`${code}${line}`);
    else {
      const begins = /^\s*(?:[-*>|#]|\d+\. |$)/.test(line);
      if (isText && !begins) found.push(`${found.pop()} ${line.trim()}`);
      else found.push(line);
      isText = line.trim() !== '' && !/^[|#]/.test(line);
    }
  }
  return found;
}

/** A bar in a cell is written `\|`. */
const cellsOf = (row: string) =>
  row
    .slice(1, row.trimEnd().lastIndexOf('|'))
    .split(/(?<!\\)\|/)
    .map((cell) => cell.trim().replaceAll('\\|', '|'));
