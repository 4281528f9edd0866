import { scheduledRun } from './run-id.ts';
import type { RunState } from './run-state.ts';

/** What a program gets on stdin, and a webhook as the body. */
export type Notice = FailureNotice | WaitingNotice;

interface Told {
  /** For people; chats that take webhooks show this field. */
  text: string;
  run: string;
  pipeline: string;
  schedule?: string;
  /** ISO 8601, as all times here. */
  started_at: string;
}

/** By `on_failure`. */
export interface FailureNotice extends Told {
  status: 'failed';
  ended_at: string;
  failed_steps: readonly string[];
  /** Steps that could not start since one of those had failed. */
  blocked_steps: readonly string[];
  /** The first ones; without a step where the run could not start at all. */
  failures: readonly { step?: string; code: string; message: string; remedy: string }[];
}

/** By `on_waiting`. */
export interface WaitingNotice extends Told {
  status: 'waiting';
  waiting_since: string;
  waiting_steps: readonly string[];
  /** The first of them: what is asked or what went wrong, the evaluations before it, what to type, and until when. */
  waits: readonly {
    step: string;
    about: string;
    verdicts?: readonly string[];
    type: readonly string[];
    until?: string;
    silence?: 'reject' | 'approve';
  }[];
}

/**
 * For so long a run has waited before somebody is told, in milliseconds: steps that fail for one reason begin to wait within
 * moments, and whoever watches may answer at once.
 */
export const waitsTogether = 10_000;

/** What is told of a run by its notice: the steps it is about, in the order of the document. */
export const stepsOf = (notice: Notice): readonly string[] =>
  notice.status === 'failed' ? notice.failed_steps : notice.waiting_steps;

/** A matrix may fail, or wait, a thousand times for one reason. */
const mostTold = 20;
const longestMessage = 1_000;

/** Of a run that has failed. `isForgiven` names steps whose failure is none of the run's (`continue_on_error`). */
export function failureNotice(state: RunState, isForgiven: (step: string) => boolean = () => false): FailureNotice {
  const inState = (wanted: string) => Object.entries(state.steps).filter(([, step]) => step.state === wanted);
  const failed = inState('failed').filter(([id]) => !isForgiven(id));
  const all = [
    ...(state.failure ? [{ failure: state.failure }] : []),
    ...failed.flatMap(([step, { failure }]) => (failure ? [{ step, failure }] : [])),
  ];
  const failures = all.slice(0, mostTold).map(({ failure: { code, message, remedy }, ...where }) => ({
    ...where,
    code,
    message: cut(message, longestMessage),
    remedy: cut(remedy, longestMessage),
  }));
  const [first] = failures;
  const reason = first ? `: ${first.step ? `${first.step}: ` : ''}${firstLine(first.message)}` : '';
  return {
    ...toldOf(state, 'failed', reason, all.length),
    status: 'failed',
    ended_at: new Date(state.endedAt ?? state.startedAt).toISOString(),
    failed_steps: failed.map(([id]) => id),
    blocked_steps: inState('blocked').map(([id]) => id),
    failures,
  };
}

/** Of a run in which those `steps` have begun to wait for a person; undefined where none of them waits any more. */
export function waitingNotice(state: RunState, steps: ReadonlySet<string>, since: number): WaitingNotice | undefined {
  const waiting = Object.entries(state.steps).flatMap(([step, { waitsFor }]) =>
    waitsFor && steps.has(step) ? [{ step, waitsFor }] : [],
  );
  const [first] = waiting;
  if (!first) return undefined;
  const { about, type } = first.waitsFor;
  const told = toldOf(state, 'waits for you', `: ${first.step}: ${firstLine(about)}`, waiting.length);
  return {
    ...told,
    text: [told.text, ...type].join('\n'),
    status: 'waiting',
    waiting_since: new Date(since).toISOString(),
    waiting_steps: waiting.map(({ step }) => step),
    waits: waiting.slice(0, mostTold).map(({ step, waitsFor: { about, verdicts, type, until, silence } }) => ({
      step,
      about: cut(about, longestMessage),
      ...(verdicts && verdicts.length > 0 ? { verdicts } : {}),
      type,
      ...(until === undefined ? {} : { until: new Date(until).toISOString() }),
      ...(silence ? { silence } : {}),
    })),
  };
}

function toldOf({ runId, pipeline, startedAt }: RunState, what: string, reason: string, count: number): Told {
  const schedule = scheduledRun(runId)?.schedule;
  const more = count > 1 ? ` (and ${count - 1} more)` : '';
  return {
    text: `${pipeline} ${what}${schedule ? ` (schedule ${schedule})` : ''}${reason}${more}\nnpx temper show ${runId}`,
    run: runId,
    pipeline,
    ...(schedule ? { schedule } : {}),
    started_at: new Date(startedAt).toISOString(),
  };
}

const firstLine = (text: string) => cut(text.split('\n')[0]!, 300);
const cut = (text: string, most: number) => (text.length > most ? `${text.slice(0, most - 1)}…` : text);
