import type { Wait } from '../reasons.ts';

/** What a step waits for. `took` words a time in milliseconds. */
export function waitWords(wait: Wait, now: number, took: (ms: number) => string): string {
  switch (wait.code) {
    case 'equal_step':
      return equalStepWords(wait.facts);
    case 'worker':
      return `waiting for a free worker for ${took(now - wait.facts.since)}`;
    case 'device':
      return `waiting for the device for ${took(now - wait.facts.since)}: ${wait.facts.holders.map((holder) => holderWords(holder, now, took)).join(', ')}`;
  }
}

type Holder = Extract<Wait, { code: 'device' }>['facts']['holders'][number];

/** `RUN/step has had it for 12m 30s`; within the same run `step has had it …`. */
export const holderWords = ({ run, step, since }: Holder, now: number, took: (ms: number) => string): string =>
  `${run === undefined ? '' : `${run}/`}${step} has had it for ${took(now - since)}`;

/** Of a step that waits for an equal one of another run. */
export const equalStepWords = ({ run, step }: { run: string; step: string }): string =>
  `waiting for ${run}/${step}, which makes the same`;
