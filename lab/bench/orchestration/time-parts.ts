import type { temporal } from '@temporalio/proto';

type Event = temporal.api.history.v1.IHistoryEvent;

/** Milliseconds of a run spent in activities, in workflow tasks, and otherwise in the server. */
export interface TimeParts {
  activity: number;
  workflow_task: number;
  server: number;
}

/**
 * Splits the time of a run by the time stamps of its history. Its activities must run one after the other. An activity or
 * workflow task takes from the moment a worker starts it until the server has recorded its result.
 */
export function timeParts(events: readonly Event[]): TimeParts {
  const times = new Map(events.map((event) => [Number(event.eventId), at(event)]));
  const parts = { activity: 0, workflow_task: 0 };
  for (const event of events) {
    const done = event.activityTaskCompletedEventAttributes;
    if (done) parts.activity += at(event) - times.get(Number(done.startedEventId))!;
    const turn = event.workflowTaskCompletedEventAttributes;
    if (turn) parts.workflow_task += at(event) - times.get(Number(turn.startedEventId))!;
  }
  const whole = at(events.at(-1)!) - at(events[0]!);
  return { ...parts, server: whole - parts.activity - parts.workflow_task };
}

const at = ({ eventTime }: Event) => Number(eventTime?.seconds ?? 0) * 1000 + (eventTime?.nanos ?? 0) / 1e6;

export const perStep = (parts: TimeParts, steps: number): TimeParts => ({
  activity: parts.activity / steps,
  workflow_task: parts.workflow_task / steps,
  server: parts.server / steps,
});
