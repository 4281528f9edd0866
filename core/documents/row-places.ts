import type { ReviewRow } from './review.ts';

/** What is read of a report of the data. */
interface Found {
  leaks: { row: string }[];
  same_answers: { row: string }[];
  findings: { row: string; like: string | null }[];
}

/** Where a row comes from, in the form of other places: `thesis.pdf, 2.1 Noise, p. 12`. Empty for a row that a person added. */
function placeOf({ source, heading, pages }: Pick<ReviewRow, 'source' | 'heading' | 'pages'>): string {
  const page = pages && `p. ${pages[0] === pages[1] ? pages[0] : `${pages[0]}–${pages[1]}`}`;
  return source === '' ? '' : [source, heading.split(' › ').at(-1), page].filter(Boolean).join(', ');
}

/** What the reader has found of rows, which it names by the lines of `file`, with the document, heading and page of each. */
export function withPlaces<F extends Found>(
  found: F,
  { file, rows }: { file: string; rows: readonly Pick<ReviewRow, 'source' | 'heading' | 'pages'>[] },
): F {
  const named = (where: string): string => {
    const line = where.startsWith(`${file}:`) ? Number(where.slice(file.length + 1)) : Number.NaN;
    const row = rows[line - 1];
    const place = row && placeOf(row);
    return place ? `${place} [row ${line}]` : where;
  };
  const leak = (each: { row: string }) => ({ ...each, row: named(each.row) });
  return {
    ...found,
    leaks: found.leaks.map(leak),
    same_answers: found.same_answers.map(leak),
    findings: found.findings.map((each) => ({
      ...each,
      row: named(each.row),
      like: each.like === null ? null : named(each.like),
    })),
  };
}
