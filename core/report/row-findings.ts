import type { RowFinding } from '../words/row-findings.ts';

/** A row that gives a question of an exam away. Places are `file:line`. */
export interface Leak {
  row: string;
  question: string;
  similarity: number;
}

/** What `prepare` found of rows. A step of an older temper has counted less. */
export interface RowFacts {
  languages?: Readonly<Record<string, number>>;
  median_row_tokens?: number;
  longest_row_tokens?: number;
  tokens_counted_by?: string;
  learned_share?: number;
  leaks?: readonly Leak[];
  same_answers?: readonly Leak[];
  findings?: readonly RowFinding[];
  finding_rows?: Readonly<Record<string, number>>;
}

const maxListed = 10;

/** The findings of one code for a page: how many rows there are, and the first of them. */
export function foundIn({ findings = [], finding_rows = {} }: RowFacts, code: RowFinding['code']) {
  const found = findings.filter((each) => each.code === code);
  return { rows: finding_rows[code] ?? 0, listed: found.slice(0, maxListed) };
}

export const listedLeaks = (leaks: readonly Leak[] = []): readonly Leak[] => leaks.slice(0, maxListed);
