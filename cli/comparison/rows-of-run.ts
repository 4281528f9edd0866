import { appendFile, readFile } from 'node:fs/promises';
import { isAbsolute, join } from 'node:path';
import { isRecord } from '../../core/json.ts';
import { rowsOptionOf } from '../../core/kinds/registry.ts';
import { quoted } from '../../core/report/reproduce.ts';
import type { Plan } from '../../core/run/plan.ts';
import type { Home } from '../../services/machine/home.ts';
import { readJsonFile } from '../../services/store/json-file.ts';
import { UserError } from '../user-error.ts';
import { rowLike } from './row-like.ts';

/** A file with a row in each line. */
export interface RowsFile {
  path: string;
  /** Its last row. */
  last: Readonly<Record<string, unknown>>;
}

/** The files of rows that a run was trained on, and that still lie where its document names them. */
export async function rowsFilesOf(home: Pick<Home, 'runs'>, run: string): Promise<RowsFile[]> {
  const plan = await readJsonFile<Plan>(join(home.runs, run, 'plan.json'));
  const named = (plan?.steps ?? []).flatMap(({ uses, with: options }) => {
    const file = isRecord(options) ? options[rowsOptionOf(uses, options) ?? ''] : undefined;
    return typeof file === 'string' && isAbsolute(file) ? [file] : [];
  });
  const found = await Promise.all([...new Set(named)].map(readRows));
  return found.filter((file) => file !== undefined);
}

const lineFor = ({ last }: RowsFile, question: string, answer: string): string =>
  JSON.stringify(rowLike(last, question, answer));

/** The command that adds a question with its answer to a file of rows. */
export const addingCommand = (file: RowsFile, question: string, answer: string): string =>
  `printf '%s\\n' ${quoted(lineFor(file, question, answer))} >> ${quoted(file.path)}`;

/** Adds a row as the last line, in the shape of the last row. Returns its line number. */
export async function addRow(path: string, question: string, answer: string): Promise<number> {
  const file = await readRows(path);
  if (!file)
    throw new UserError(`${path} no longer has one row in each line`, { hint: 'add the row by hand', exitCode: 1 });
  const text = await readFile(path, 'utf8');
  const isWhole = text.endsWith('\n');
  await appendFile(path, `${isWhole ? '' : '\n'}${lineFor(file, question, answer)}\n`);
  return text.split('\n').length + (isWhole ? 0 : 1);
}

/** Undefined where a file is missing, packed, a table or an array: nothing can be put behind its last line. */
async function readRows(path: string): Promise<RowsFile | undefined> {
  const text = await readFile(path, 'utf8').catch(() => '');
  const line = text.trimEnd().split('\n').at(-1) ?? '';
  if (!text.startsWith('{')) return undefined;
  try {
    const last: unknown = JSON.parse(line);
    return isRecord(last) ? { path, last } : undefined;
  } catch {
    return undefined;
  }
}
