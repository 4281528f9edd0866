import { open, readFile, stat } from 'node:fs/promises';
import type { FileFacts } from '../../core/checks/known.ts';
import { isDocument, strangerIn } from './file-condition.ts';
import { knownExam } from './known-exams.ts';
import { lookAtRows } from './look-at-rows.ts';
import { withoutText } from './scanned-documents.ts';

/** Bytes. Larger files are read only by their steps, or in a quick look only at their beginning. */
const maxBytes = 64_000_000;
const maxQuickBytes = 4_000_000;
const sampleBytes = 256_000;

interface Looking {
  isExam: boolean;
  isRows: boolean;
  /** Documents of which rows are made. */
  isDocuments?: boolean;
  isQuick: boolean;
}

/** Looks at a path that a document names. Only rows, exams and documents are read, and never from a pipe, which may not end. */
export async function inspectFile(
  path: string,
  { isExam, isRows, isDocuments = false, isQuick }: Looking,
): Promise<FileFacts> {
  const facts = await stat(path).catch(() => undefined);
  if (!facts) return { kind: 'absent', size: 0 };
  const kind = facts.isFile() ? 'file' : facts.isDirectory() ? 'folder' : 'other';
  const { size } = facts;
  if (isDocuments) {
    const empty = kind === 'other' ? undefined : await withoutText(path, isQuick);
    return { kind, size, ...(empty ? { withoutText: empty } : {}) };
  }
  if (!(isExam || isRows) || kind !== 'file') return { kind, size };
  const stranger = await strangerIn(path).catch(() => undefined);
  if (stranger === 'empty' || stranger === 'lfs' || stranger === 'page') return { kind, size, stranger };
  if (await isDocument(path).catch(() => false)) return { kind, size, stranger: 'document' };
  if (size > (isQuick ? maxQuickBytes : maxBytes)) {
    const { lines: _, ...seen } = lookAtRows(await beginningOf(path).catch(() => ''), size);
    return { kind, size, ...seen };
  }
  const text = await readFile(path, 'utf8').catch(() => '');
  const exam = isExam ? await knownExam(path, text, isQuick) : undefined;
  return { kind, size, ...lookAtRows(text, size), ...(exam ? { exam } : {}) };
}

/** The first whole lines of a file. */
async function beginningOf(path: string): Promise<string> {
  const file = await open(path);
  try {
    const { buffer, bytesRead } = await file.read(Buffer.alloc(sampleBytes), 0, sampleBytes, 0);
    const text = buffer.toString('utf8', 0, bytesRead);
    return text.slice(0, text.lastIndexOf('\n') + 1);
  } finally {
    await file.close();
  }
}
