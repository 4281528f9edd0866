import type { Wait } from '../reasons.ts';
import { waitRemedy, waitWords } from '../words/waits.ts';
import { scheduledRun } from './run-id.ts';
import type { RunState } from './run-state.ts';
import type { FailureNotification, Notification, WaitingNotification } from './schemas/notification.ts';

export type { Notification } from './schemas/notification.ts';

/**
 * Delay between the first waiting step and the notification: steps that fail for the same reason begin to wait almost at
 * the same time, and a person who watches may answer at once.
 */
export const notificationDelayMs = 10_000;

/** Returns the steps of a notification, in the order of the document. */
export const stepsNamedIn = (notification: Notification): readonly string[] =>
  notification.status === 'failed' ? notification.failed_steps : notification.waiting_steps;

/** Limits of a notification: a thousand steps of a matrix may fail or wait for one reason. Lengths in characters. */
const maxEntries = 20;
const maxMessageLength = 1_000;
const maxFirstLineLength = 300;

/** Builds the notification of a failed run. `isForgiven` says which steps have `continue_on_error`. */
export function failureNotification(
  state: RunState,
  isForgiven: (step: string) => boolean = () => false,
): FailureNotification {
  const inState = (wanted: string) => Object.entries(state.steps).filter(([, step]) => step.state === wanted);
  const failed = inState('failed').filter(([id]) => !isForgiven(id));
  const all = [
    ...(state.failure ? [{ failure: state.failure }] : []),
    ...failed.flatMap(([step, { failure }]) => (failure ? [{ step, failure }] : [])),
  ];
  const failures = all.slice(0, maxEntries).map(({ failure: { code, message, remedy }, ...where }) => ({
    ...where,
    code,
    message: cut(message, maxMessageLength),
    remedy: cut(remedy, maxMessageLength),
  }));
  const [first] = failures;
  const reason = first ? `: ${first.step ? `${first.step}: ` : ''}${firstLine(first.message)}` : '';
  return {
    ...factsOf(state, 'failed', reason, all.length),
    status: 'failed',
    ended_at: new Date(state.endedAt ?? state.startedAt).toISOString(),
    failed_steps: failed.map(([id]) => id),
    blocked_steps: inState('blocked').map(([id]) => id),
    failures,
  };
}

/** Builds the notification that `steps` wait for a person; undefined if none of them waits any more. */
export function waitingNotification(
  state: RunState,
  steps: ReadonlySet<string>,
  since: number,
): WaitingNotification | undefined {
  const waiting = Object.entries(state.steps).flatMap(([step, { waitsFor }]) =>
    waitsFor && steps.has(step) ? [{ step, waitsFor }] : [],
  );
  const [first] = waiting;
  if (!first) return undefined;
  const { about, type } = first.waitsFor;
  const facts = factsOf(state, 'waits for you', `: ${first.step}: ${firstLine(about)}`, waiting.length);
  return {
    ...facts,
    text: [facts.text, ...type].join('\n'),
    status: 'waiting',
    waiting_since: new Date(since).toISOString(),
    waiting_steps: waiting.map(({ step }) => step),
    waits: waiting.slice(0, maxEntries).map(({ step, waitsFor: { about, verdicts, type, until, silence } }) => ({
      step,
      about: cut(about, maxMessageLength),
      ...(verdicts && verdicts.length > 0 ? { verdicts } : {}),
      type,
      ...(until === undefined ? {} : { until: new Date(until).toISOString() }),
      ...(silence ? { silence } : {}),
    })),
  };
}

/** Builds the notification that a run waits for something that does not come by itself; `took` words a time in milliseconds. */
export function stalledNotification(
  run: Pick<RunState, 'runId' | 'pipeline' | 'startedAt'>,
  waits: readonly { step?: string; wait: Wait }[],
  { now, took }: { now: number; took: (ms: number) => string },
): WaitingNotification {
  const told = waits.slice(0, maxEntries).map(({ step, wait }) => {
    const remedy = waitRemedy(wait);
    return {
      ...(step === undefined ? {} : { step }),
      about: cut(waitWords(wait, now, took), maxMessageLength),
      reason: wait,
      ...(remedy === undefined ? {} : { remedy }),
      type: [`npx temper show ${run.runId}`],
    };
  });
  const [first] = told;
  const where = first?.step === undefined ? '' : `${first.step}: `;
  const facts = factsOf(run, 'waits', `: ${where}${firstLine(first?.about ?? '')}`, waits.length);
  return {
    ...facts,
    text: [facts.text, ...(first?.remedy === undefined ? [] : [first.remedy])].join('\n'),
    status: 'waiting',
    waiting_since: new Date(now).toISOString(),
    waiting_steps: waits.flatMap(({ step }) => (step === undefined ? [] : [step])),
    waits: told,
  };
}

function factsOf(
  { runId, pipeline, startedAt }: Pick<RunState, 'runId' | 'pipeline' | 'startedAt'>,
  event: string,
  reason: string,
  count: number,
): Pick<Notification, 'text' | 'run' | 'pipeline' | 'schedule' | 'started_at'> {
  const schedule = scheduledRun(runId)?.schedule;
  const more = count > 1 ? ` (and ${count - 1} more)` : '';
  return {
    text: `${pipeline} ${event}${schedule ? ` (schedule ${schedule})` : ''}${reason}${more}\nnpx temper show ${runId}`,
    run: runId,
    pipeline,
    ...(schedule ? { schedule } : {}),
    started_at: new Date(startedAt).toISOString(),
  };
}

const firstLine = (text: string) => cut(text.split('\n')[0]!, maxFirstLineLength);
const cut = (text: string, length: number) => (text.length > length ? `${text.slice(0, length - 1)}…` : text);
