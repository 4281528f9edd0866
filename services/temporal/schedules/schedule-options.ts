import { type ScheduleOptions, ScheduleOverlapPolicy } from '@temporalio/client';
import type { ScheduleEntry } from '../../../core/language/document.ts';
import { runPipelineType } from '../../../protocol/messages.ts';

import { runTexts } from '../run-texts.ts';
import { searchAttributesOf } from '../search-attributes.ts';
import { endOf, type Schedule } from './schedule.ts';

export const policies = {
  skip: ScheduleOverlapPolicy.SKIP,
  buffer_one: ScheduleOverlapPolicy.BUFFER_ONE,
  cancel_other: ScheduleOverlapPolicy.CANCEL_OTHER,
} as const satisfies Record<ScheduleEntry['overlap'], ScheduleOverlapPolicy>;

/** Options for Temporal. Sets everything that matters: Temporal's defaults are UTC and one year of catching up. */
export function optionsOf(schedule: Schedule, taskQueue: string): Omit<ScheduleOptions, 'memo' | 'state'> {
  const { id, cron, timezone, until, input, digest } = schedule;
  const { document } = input.plan;
  return {
    scheduleId: id,
    spec: {
      cronExpressions: [cron],
      timezone,
      ...(schedule.jitter ? { jitter: schedule.jitter } : {}),
      ...(until ? { endAt: new Date(endOf(until, timezone)) } : {}),
    },
    action: {
      type: 'startWorkflow',
      workflowType: runPipelineType,
      workflowId: id,
      taskQueue,
      args: [input],
      // Temporal parses a cron expression and does not return its text.
      memo: { temperDocument: { digest, path: document.path, cron, ...(until ? { until } : {}) } },
      typedSearchAttributes: searchAttributesOf(input),
      ...runTexts(input.plan),
    },
    policies: {
      overlap: policies[schedule.overlap],
      catchupWindow: schedule.catchup,
      pauseOnFailure: schedule.pauseOnFailure === 1,
    },
  };
}
