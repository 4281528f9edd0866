import { createHash } from 'node:crypto';
import { readFile, stat } from 'node:fs/promises';
import type { FileFacts } from '../../core/checks/known.ts';
import { knownExam } from './known-exams.ts';

/** Larger files are read only by their steps. Bytes. */
const maxBytes = 64_000_000;

/** Looks at a path that a document names. Only rows and exams are read, and never from a pipe, which may not end. */
export async function inspectFile(
  path: string,
  { isExam, isRows }: { isExam: boolean; isRows: boolean },
): Promise<FileFacts> {
  const facts = await stat(path).catch(() => undefined);
  if (!facts) return { kind: 'absent', size: 0 };
  const kind = facts.isFile() ? 'file' : facts.isDirectory() ? 'folder' : 'other';
  const { size } = facts;
  if (!(isExam || isRows) || kind !== 'file' || size > maxBytes) return { kind, size };
  const text = await readFile(path, 'utf8').catch(() => '');
  const exam = isExam ? await knownExam(path, text) : undefined;
  return { kind, size, lines: linesIn(text), ...(exam ? { exam } : {}) };
}

/** A value for each line that has words, equal for equal lines. The first line of a table is no row. */
function linesIn(text: string): string[] {
  const lines = text
    .replace(/^\uFEFF/, '')
    .split('\n')
    .map((line) => line.trim())
    // Brackets and commas alone are the frame of a JSON array.
    .filter((line) => /[\p{L}\p{N}]/u.test(line));
  const isTable = lines[0] !== undefined && !/^[[{]/.test(lines[0]);
  return lines.slice(isTable ? 1 : 0).map((line) => createHash('sha1').update(line).digest('base64'));
}
