import type { Part } from '../metrics/metrics.ts';

/** What questions lack, for a metric that needs it. */
export const partWords: Readonly<Record<Part, string>> = {
  reference: 'a reference answer',
  pattern: 'a `pattern`',
  number: 'a number in the reference answer',
};
