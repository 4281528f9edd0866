import { createHash } from 'node:crypto';
import type { FileFacts } from '../../core/checks/known.ts';
import { estimateTokens } from '../../core/estimates/tokens.ts';
import { isRecord } from '../../core/json.ts';
import { messageNames, roles, rowNames } from '../../protocol/trainer/rows.ts';

/** Rows whose keys decide whether a file has rows of another shape. */
const firstRows = 20;

type Seen = Pick<FileFacts, 'lines' | 'foreignKeys' | 'rows'>;

/**
 * What a text of rows or questions shows without the trainer's reader: a value for each question, the length of the rows,
 * and the keys of the first ones. `size`: bytes of the whole file, of which the text may be the beginning.
 */
export function lookAtRows(text: string, size: number): Seen {
  const lines = itemsOf(text) ?? columnsIn(text) ?? linesIn(text);
  const rows = lines.map(rowOf);
  const objects = rows.filter((row) => row !== undefined);
  const values = lines.map((line, index) => hash((rows[index] && questionOf(rows[index])) ?? line));
  // A file that is packed, or in another encoding, has no lines that can be counted.
  if (lines.length === 0 || text.includes('\0') || text.includes('\ufffd')) return { lines: values };
  const lengths = lines.map((line) => estimateTokens(line, 2));
  const share = Math.max(1, size / Math.max(1, Buffer.byteLength(text)));
  return {
    lines: values,
    ...(objects.length === lines.length ? shapeOf(objects) : {}),
    rows: {
      rows: Math.round(lines.length * share),
      bytes: size,
      tokens: lengths.reduce((sum, each) => sum + each, 0) / lengths.length,
      longest: lengths.reduce((most, each) => Math.max(most, each), 0),
    },
  };
}

/** The rows of a JSON array, each as a line of its own. */
function itemsOf(text: string): string[] | undefined {
  if (!text.trimStart().startsWith('[')) return undefined;
  try {
    const value: unknown = JSON.parse(text);
    return Array.isArray(value) ? value.map((each) => JSON.stringify(each)) : undefined;
  } catch {
    return undefined;
  }
}

/** The rows of one object of columns, each as a line of its own: names with a value for each row, or `columns` and `data`. */
function columnsIn(text: string): string[] | undefined {
  if (!/^\s*\{\s*"[^"]*"\s*:\s*[[{]/.test(text)) return undefined;
  try {
    const value: unknown = JSON.parse(text);
    if (!isRecord(value)) return undefined;
    const { columns: names, data } = value;
    if (Array.isArray(names) && Array.isArray(data))
      return data.map((cells: unknown[]) => lineOf(names.map((name: string, at) => [name, cells[at]])));
    const columns = Object.entries(value).map(([name, each]) => [name, valuesIn(each)] as const);
    const asked = columns.find(([name]) => questionNames.includes(name))?.[1] ?? columns[0]?.[1];
    // A list of messages is one conversation, and no column.
    if (!asked || asked.length === 0 || columns.some(([, values]) => !values) || isRecord(asked[0])) return undefined;
    return asked.map((_, at) => lineOf(columns.map(([name, values]) => [name, values?.[at]])));
  } catch {
    return undefined;
  }
}

const lineOf = (cells: readonly (readonly [string, unknown])[]) => JSON.stringify(Object.fromEntries(cells));

const valuesIn = (column: unknown): readonly unknown[] | undefined =>
  Array.isArray(column)
    ? column
    : isRecord(column) && Object.keys(column).every((label) => /^\d+$/.test(label))
      ? Object.values(column)
      : undefined;

/** The lines that have words. The first line of a table is no row. */
function linesIn(text: string): string[] {
  const lines = text
    .replace(/^\uFEFF/, '')
    .split('\n')
    .map((line) => line.trim())
    // Brackets and commas alone are the frame of a JSON array.
    .filter((line) => /[\p{L}\p{N}]/u.test(line));
  const isTable = lines[0] !== undefined && !/^[[{]/.test(lines[0]);
  return lines.slice(isTable ? 1 : 0);
}

type Row = Readonly<Record<string, unknown>>;

function rowOf(line: string): Row | undefined {
  if (!line.startsWith('{')) return undefined;
  try {
    const value: unknown = JSON.parse(line.replace(/,$/, ''));
    if (!isRecord(value)) return undefined;
    return Object.fromEntries(
      Object.entries(value).map(([key, each]) => [key.toLowerCase().replace(/[\s-]/g, '_'), each]),
    );
  } catch {
    return undefined;
  }
}

const questionNames: readonly string[] = [...rowNames.conversation, ...rowNames.instruction, ...rowNames.prompt];

/** The keys of the first rows if no row has a question or a conversation. A row of messages alone is a list, and no object. */
function shapeOf(rows: readonly Row[]): Pick<Seen, 'foreignKeys'> {
  const first = rows.slice(0, firstRows);
  const isKnown = (row: Row) => questionNames.some((name) => name in row);
  return first.some(isKnown) ? {} : { foreignKeys: [...new Set(first.flatMap((row) => Object.keys(row)))] };
}

/** What a row asks, whatever its keys are called; undefined where it asks nothing. */
function questionOf(row: Row): string | undefined {
  const textOf = (names: readonly string[]) =>
    names.map((name) => row[name]).find((value) => typeof value === 'string' && value.trim() !== '') as
      | string
      | undefined;
  const plain = textOf(rowNames.instruction) ?? textOf(rowNames.prompt);
  if (plain !== undefined) return [plain, textOf(rowNames.input)].flatMap((part) => part?.trim() ?? []).join('\n\n');
  const turns = rowNames.conversation.map((name) => row[name]).find(Array.isArray) as readonly unknown[] | undefined;
  if (!turns) return undefined;
  const read = turns.filter(isRecord).map((turn) => ({
    role: (roles as Row)[String(partOf(turn, messageNames.role))],
    content: partOf(turn, messageNames.content),
  }));
  // Everything up to the last question: two conversations that begin alike are not one.
  const asked = read.slice(0, read.findLastIndex(({ role }) => role === 'user') + 1);
  const texts = asked.flatMap(({ role, content }) => (role === 'system' ? [] : [content]));
  return texts.length > 0 && texts.every((each) => typeof each === 'string') ? texts.join('\n\n').trim() : undefined;
}

const partOf = (turn: Row, names: readonly string[]) =>
  names.map((name) => turn[name]).find((each) => each !== undefined);

/** Spaces and letter case do not make another question. */
const hash = (text: string) =>
  createHash('sha1').update(text.normalize('NFKC').replace(/\s+/g, ' ').toLowerCase()).digest('base64');
