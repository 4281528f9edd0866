import type { ReviewCounts, ReviewRow } from '../../../core/documents/review.ts';
import { plural } from '../../../core/words/plural.ts';
import { rowProblemWords } from '../../../core/words/row-problems.ts';
import type { Extracted } from '../../documents/extract.ts';
import type { Cost, WrittenChunk } from './write-rows.ts';

interface Made {
  documents: readonly Extracted[];
  /** Files of the folder that are no documents. */
  others: readonly string[];
  leftOut: readonly string[];
  written: readonly WrittenChunk[];
  rows: readonly ReviewRow[];
  counts: ReviewCounts;
  cost: Cost;
}

export interface WrittenFacts {
  /** For the log. */
  lines: string[];
  /** For the step's summary. */
  summary: string;
}

/** What was made of the documents, and all that was left out on the way. */
export function factsOf({ documents, others, leftOut, written, rows, counts, cost }: Made): WrittenFacts {
  const scanned = documents.reduce((sum, each) => sum + each.scanned.length, 0);
  const unfinished = written.filter(({ incomplete }) => incomplete !== undefined);
  const silent = written.filter(({ rows: own, incomplete }) => own.length === 0 && incomplete === undefined);
  const lines = [
    ...documents.map(documentLine),
    ...(others.length > 0 ? [`not read, since they are no documents: ${some(others)}`] : []),
    ...(leftOut.length > 0 ? [`sections left out: ${some(leftOut)}`] : []),
    `${plural(written.length, 'part')}: ${cost.asked} asked in ${Math.round(cost.seconds)} s, ${cost.known} known from earlier`,
    ...unfinished.map(({ chunk, incomplete }) => `the rows of ${placeOf(chunk)} are not complete: ${incomplete}`),
    ...(silent.length > 0 ? [`no rows of ${plural(silent.length, 'part')}: the writer found nothing to ask`] : []),
    ...perChapter(rows),
    ...rows
      .filter(({ problems }) => problems.length > 0)
      .map(
        (row) =>
          `refused ${row.id} (${row.source}${pageOf(row)}): ${row.problems.map(rowProblemWords).join('; ')}: ${row.question}`,
      ),
  ];
  const decided = [
    [counts.kept, 'kept'],
    [counts.edited, 'edited'],
    [counts.dropped, 'dropped'],
    [counts.added, 'added'],
  ] as const;
  const reviewed = decided.filter(([count]) => count > 0).map(([count, how]) => `${count} ${how}`);
  const summary = [
    `${plural(counts.written, 'row')} written of ${plural(written.length, 'part')} of ${plural(documents.length, 'document')}`,
    ...(counts.refused > 0 ? [`${counts.refused} refused by the checks`] : []),
    ...(reviewed.length > 0 ? [`reviewed: ${reviewed.join(', ')}`] : []),
    ...(unfinished.length > 0 ? [`${plural(unfinished.length, 'part')} not complete`] : []),
    ...(scanned > 0 ? [`${plural(scanned, 'scanned page')} not read`] : []),
  ].join('; ');
  return { lines, summary };
}

function documentLine({ name, kind, pages, characters, scanned, repeated, contents }: Extracted): string {
  const parts = [
    `${kind}, ${pages === null ? '' : `${plural(pages, 'page')}, `}${characters} characters`,
    ...(scanned.length > 0 ? [`scanned pages, which are not read: ${scanned.join(', ')}`] : []),
    ...(repeated > 0 ? [`${repeated} lines of headers and page numbers left out`] : []),
    ...(contents > 0 ? [`${contents} lines of a table of contents left out`] : []),
  ];
  return `${name}: ${parts.join('; ')}`;
}

/** How the rows are spread over the chapters, so that an uneven book is seen. */
function perChapter(rows: readonly ReviewRow[]): string[] {
  const good = new Map<string, number>();
  for (const { source, heading, problems } of rows) {
    const chapter = `${source}, ${heading.split(' › ')[0] || 'without a heading'}`;
    good.set(chapter, (good.get(chapter) ?? 0) + (problems.length === 0 ? 1 : 0));
  }
  return [...good].map(([chapter, count]) => `${chapter}: ${plural(count, 'good row')}`);
}

const placeOf = ({ source, headings, pages }: WrittenChunk['chunk']) =>
  [source, headings.at(-1), pages ? `page ${pages[0]}` : undefined].filter(Boolean).join(', ');
const pageOf = ({ pages }: ReviewRow) => (pages ? `, page ${pages[0]}` : '');

const maxNamed = 20;
const some = (names: readonly string[]) =>
  names.length > maxNamed
    ? `${names.slice(0, maxNamed).join(', ')} and ${names.length - maxNamed} more`
    : names.join(', ');
