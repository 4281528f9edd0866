import { stat } from 'node:fs/promises';
import type { FileFacts } from '../../core/checks/known.ts';
import { inspectExam } from './inspect-exam.ts';

/** A larger exam is read only by its step. Bytes. */
const maxExam = 64_000_000;

/** Looks at a path that a document names. Only an exam is read, and never from a pipe, which may not end. */
export async function inspectFile(path: string, isExam: boolean): Promise<FileFacts> {
  const facts = await stat(path).catch(() => undefined);
  if (!facts) return { kind: 'absent', size: 0 };
  const kind = facts.isFile() ? 'file' : facts.isDirectory() ? 'folder' : 'other';
  if (!isExam || kind !== 'file' || facts.size > maxExam) return { kind, size: facts.size };
  const exam = await inspectExam(path);
  return { kind, size: facts.size, ...(exam ? { exam } : {}) };
}
