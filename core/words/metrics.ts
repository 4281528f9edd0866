import type { Part } from '../metrics/metrics.ts';

/** What questions lack, for a metric that needs it. */
export const partWords: Readonly<Record<Part, string>> = {
  reference: 'reference answer',
  pattern: '`pattern`',
  number: 'number in the reference answer',
};
