/** A row of a dataset as `prepare` writes it, as text. */
export type RowText = string;

export interface RowChanges {
  before: number;
  after: number;
  added: RowText[];
  removed: RowText[];
}

/** The rows that only one side has. Their order is no difference, a row that occurs more often is. */
export function rowChanges(before: readonly RowText[], after: readonly RowText[]): RowChanges {
  return {
    before: before.length,
    after: after.length,
    added: without(after, before),
    removed: without(before, after),
  };
}

function without(rows: readonly RowText[], others: readonly RowText[]): RowText[] {
  const left = new Map<RowText, number>();
  for (const row of others) left.set(row, (left.get(row) ?? 0) + 1);
  return rows.filter((row) => {
    const count = left.get(row) ?? 0;
    left.set(row, count - 1);
    return count <= 0;
  });
}
