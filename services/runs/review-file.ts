import { readFile } from 'node:fs/promises';
import {
  applyReview,
  type Decided,
  mergeReview,
  type ReviewCounts,
  type ReviewRow,
  readReview,
} from '../../core/documents/review.ts';
import { TemperError } from '../../core/errors/temper-error.ts';
import { writeDurably } from '../store/durable-files.ts';

export interface OpenedReview {
  /** The rows of the run, as a person left them. */
  rows: ReviewRow[];
  counts: ReviewCounts;
  /** As the file is to be, and as it is; undefined where there is none. */
  text: string;
  before: string | undefined;
}

/** Puts the rows of a run together with the decisions of a file, which need not exist, and with further ones. Throws BAD_REVIEW. */
export async function openReview(
  file: string | undefined,
  written: readonly ReviewRow[],
  further: readonly Decided[] = [],
): Promise<OpenedReview> {
  const before = file === undefined ? undefined : await readIfThere(file);
  const read = readReview(before ?? '');
  if (read.problem) throw new TemperError('BAD_REVIEW', `${file}, line ${read.problem.line}: ${read.problem.why}`);
  const decided = [...new Map([...read.rows, ...further].map((each) => [each.id, each])).values()];
  const lines = mergeReview(written, decided, (before ?? '').split(/\r?\n/));
  const { counts } = applyReview(written, decided, 'keep');
  const rows = lines.slice(0, written.length).map((line) => JSON.parse(line) as ReviewRow);
  return { rows, counts, text: lines.map((line) => `${line}\n`).join(''), before };
}

export async function writeReview(file: string, { text, before }: OpenedReview): Promise<void> {
  if (text !== before) await writeDurably(file, text);
}

async function readIfThere(file: string): Promise<string | undefined> {
  return await readFile(file, 'utf8').catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return undefined;
    throw error;
  });
}
