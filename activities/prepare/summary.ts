import type { Outputs } from '../../protocol/trainer/outputs.ts';

/** What `prepare` made, in one line. */
export function preparedSummary({ rows, train_rows, eval_rows, dropped }: Outputs<'prepare'>): string {
  const counts = Object.entries(dropped).filter(([, count]) => count > 0);
  const droppedRows = counts.map(([reason, count]) => `${count} ${reason}`).join(', ');
  return `${rows} rows: ${train_rows} to train on, ${eval_rows} to evaluate${droppedRows ? `; left out: ${droppedRows}` : ''}`;
}
