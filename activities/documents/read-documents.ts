import { TemperError } from '../../core/errors/temper-error.ts';
import type { Phase } from '../../core/reasons.ts';
import { listDocuments } from '../../services/inspection/list-documents.ts';
import type { TrainerContext } from '../process/run-trainer.ts';
import { type Extracted, extract } from './extract.ts';

/** Reads the text of a document, or of all documents in a folder. Throws DOCUMENT_UNREADABLE with every one that cannot be read. */
export async function readDocuments(
  context: TrainerContext,
  source: string,
  report: (phase: Phase) => void,
): Promise<{ documents: Extracted[]; others: string[] }> {
  const { documents: named, others } = await listDocuments(source);
  const { documents, unread } = await extract(context, named, report);
  if (unread.length > 0)
    throw new TemperError('DOCUMENT_UNREADABLE', unread.map(({ name, why }) => `${name} ${why}`).join('; '));
  return { documents, others };
}

/** Of documents without a part that can be read: why there is none. */
export function withoutText(documents: readonly Extracted[]): TemperError {
  const told = documents.map(({ name, scanned, characters }) =>
    scanned.length > 0
      ? `${name} has ${scanned.length} scanned pages (${rangesOf(scanned)}) and ${characters} characters of text`
      : characters === 0
        ? `${name} has no text`
        : `${name} has ${characters} characters of text, and all of it is in sections that are left out or in headings`,
  );
  return new TemperError('DOCUMENT_WITHOUT_TEXT', told.join('; '));
}

/** `3–5, 9`. */
export function rangesOf(numbers: readonly number[]): string {
  const ranges: [number, number][] = [];
  for (const number of numbers) {
    const last = ranges.at(-1);
    if (last && number === last[1] + 1) last[1] = number;
    else ranges.push([number, number]);
  }
  return ranges.map(([first, last]) => (first === last ? `${first}` : `${first}–${last}`)).join(', ');
}
