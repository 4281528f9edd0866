import type { temporal } from '@temporalio/proto';

type Event = temporal.api.history.v1.IHistoryEvent;

/** Milliseconds of a whole run, by who had the work in hand; the server has it where nobody else does. */
export interface TimeParts {
  activity: number;
  workflow_task: number;
  server: number;
}

/**
 * Where the time of a run went whose activities ran one after the other, by the time stamps of its history. An activity's
 * or a workflow task's part is from the moment a worker has taken it to the moment its answer is written down.
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
