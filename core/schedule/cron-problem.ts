import type { NoFacts, ReasonOf } from '../language/coded-reason.ts';

export const cronFields = ['minute', 'hour', 'day of month', 'month', 'day of week'] as const;
export type CronField = (typeof cronFields)[number];

/** What the text of another program means, where we can write it. */
export interface MeantCron {
  meant?: { cron: string; timezone?: string };
}

/** Why a cron text cannot be used. */
export interface CronFacts {
  'cron-field-count': { count: number } & MeantCron;
  'cron-characters': { field: CronField; value: string } & MeantCron;
  /** `parser` is the library's own message. */
  'cron-field': { field: CronField; value: string; parser: string } & MeantCron;
  'cron-two-days': NoFacts;
  'cron-never': NoFacts;
}

export type CronProblem = ReasonOf<CronFacts>;
