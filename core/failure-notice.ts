import { scheduledRun } from './run-id.ts';
import type { RunState } from './run-state.ts';

/** What `on_failure` hands over: to a program on stdin, to a webhook as the body. */
export interface FailureNotice {
  /** For people; chats that take webhooks show this field. */
  text: string;
  run: string;
  pipeline: string;
  status: 'failed';
  schedule?: string;
  /** ISO 8601. */
  started_at: string;
  ended_at: string;
  failed_steps: readonly string[];
  /** Steps that could not start since one of those had failed. */
  blocked_steps: readonly string[];
  /** The first ones; without a step where the run could not start at all. */
  failures: readonly { step?: string; code: string; message: string; remedy: string }[];
}

/** A matrix may fail a thousand times for one reason. */
const mostFailures = 20;
const longestMessage = 1_000;

/** Of a run that has failed. `isForgiven` names steps whose failure is none of the run's (`continue_on_error`). */
export function failureNotice(state: RunState, isForgiven: (step: string) => boolean = () => false): FailureNotice {
  const inState = (wanted: string) => Object.entries(state.steps).filter(([, step]) => step.state === wanted);
  const failed = inState('failed').filter(([id]) => !isForgiven(id));
  const all = [
    ...(state.failure ? [{ failure: state.failure }] : []),
    ...failed.flatMap(([step, { failure }]) => (failure ? [{ step, failure }] : [])),
  ];
  const failures = all.slice(0, mostFailures).map(({ failure: { code, message, remedy }, ...where }) => ({
    ...where,
    code,
    message: cut(message, longestMessage),
    remedy: cut(remedy, longestMessage),
  }));
  const schedule = scheduledRun(state.runId)?.schedule;
  const [first] = failures;
  const reason = first ? `: ${first.step ? `${first.step}: ` : ''}${cut(first.message.split('\n')[0]!, 300)}` : '';
  const more = all.length > 1 ? ` (and ${all.length - 1} more)` : '';
  return {
    text: `${state.pipeline} failed${schedule ? ` (schedule ${schedule})` : ''}${reason}${more}\nnpx temper show ${state.runId}`,
    run: state.runId,
    pipeline: state.pipeline,
    status: 'failed',
    ...(schedule ? { schedule } : {}),
    started_at: new Date(state.startedAt).toISOString(),
    ended_at: new Date(state.endedAt ?? state.startedAt).toISOString(),
    failed_steps: failed.map(([id]) => id),
    blocked_steps: inState('blocked').map(([id]) => id),
    failures,
  };
}

const cut = (text: string, most: number) => (text.length > most ? `${text.slice(0, most - 1)}…` : text);
