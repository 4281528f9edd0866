import type { Finding } from '../finding.ts';
import type { Known } from '../known.ts';

const intervals = ['initial_interval', 'backoff', 'max_interval'] as const;

/** Finds times between attempts of a step that has one attempt only. */
export function findIdleRetries({ documents }: Known): Finding[] {
  return documents.flatMap(({ within, document }) =>
    Object.entries(document.steps).flatMap(([id, { retry }]) => {
      if (retry?.max_attempts !== 1) return [];
      // The schema has filled in the defaults, so only other values are known to be written.
      const usual: Readonly<Record<string, unknown>> = { initial_interval: '5s', backoff: 2, max_interval: '5m' };
      return intervals
        .filter((key) => retry[key] !== usual[key])
        .map(
          (key): Finding => ({
            code: 'UNUSED',
            reason: 'idle-option',
            facts: { option: key, because: { option: 'max_attempts', value: '1' } },
            place: { within, path: ['steps', id, 'retry', key] },
            level: 'warning',
          }),
        );
    }),
  );
}
