import { errors, isErrorCode } from '../errors/catalogue.ts';
import type { Wait } from '../reasons.ts';
import { inOneLine } from './in-one-line.ts';

type Took = (ms: number) => string;

/** What a step waits for. `took` words a time in milliseconds. */
export function waitWords({ code, facts }: Wait, now: number, took: Took): string {
  switch (code) {
    case 'equal_step':
      return equalStepWords(facts);
    case 'worker':
      return `waiting for a free worker for ${took(now - facts.since)}${facts.holders ? `: busy with ${facts.holders.map((holder) => busyWords(holder, now, took)).join(', ')}` : ''}`;
    case 'device':
      return `waiting for the device for ${took(now - facts.since)}: ${facts.holders.map((holder) => holderWords(holder, now, took)).join(', ')}`;
    case 'no_worker':
      return `no ${workerNames[facts.role]} takes it, for ${took(now - facts.since)}${facts.earlier ? ': the workers run an earlier state of temper’s code' : ''}`;
    case 'trying': {
      const next = facts.next === undefined || facts.next <= now ? '' : `, next attempt in ${took(facts.next - now)}`;
      return `${inOneLine(facts.message)} [${facts.error}]${next}`;
    }
    case 'run_stuck':
      return `the workers cannot carry on with this run: ${facts.attempts} attempts in ${took(now - facts.since)}`;
    case 'device_lock':
      return `waiting for the device for ${took(now - facts.since)}: ${facts.holder ?? 'another process'} uses it`;
  }
}

const workerNames = { orchestrator: 'orchestrator worker', gpu: 'GPU worker' } as const;

const restart = '`npx temper down`, then `npx temper up`';

/** What a person does about a wait that does not end by itself; undefined where there is nothing to do. */
export function waitRemedy({ code, facts }: Wait): string | undefined {
  switch (code) {
    case 'no_worker':
      return facts.earlier
        ? `Restart the workers: ${restart}.`
        : 'Start the workers with `npx temper up`; `npx temper status` shows those of this machine.';
    case 'trying':
      return isErrorCode(facts.error) ? errors[facts.error].remedy : undefined;
    case 'run_stuck':
      return `Restart the workers: ${restart}. A run that another release began may have to be started anew.`;
    case 'device_lock':
      return 'Wait for it, or end that process; `nvidia-smi` shows the processes of a GPU.';
    case 'equal_step':
    case 'worker':
    case 'device':
      return undefined;
  }
}

/** How long such a wait may last before somebody is told, in milliseconds. */
const patienceMs = 45_000;

/** Whether a wait does not end by itself, as the turn of a device does. */
export const needsAttention = (wait: Wait): boolean => waitRemedy(wait) !== undefined;

/** Whether such a wait has lasted long enough to tell somebody who does not look. */
export const isOverdue = (wait: Wait, now: number): boolean =>
  needsAttention(wait) && wait.code !== 'equal_step' && now - wait.facts.since >= patienceMs;

type Holder = Extract<Wait, { code: 'device' }>['facts']['holders'][number];

/** `RUN/step has had it for 12m 30s`; within the same run `step has had it …`. */
export const holderWords = ({ run, step, since }: Holder, now: number, took: Took): string =>
  `${run === undefined ? '' : `${run}/`}${step} has had it for ${took(now - since)}`;

/** `RUN/step for 12m 30s`. */
const busyWords = ({ run, step, since }: Holder, now: number, took: Took): string =>
  `${run === undefined ? '' : `${run}/`}${step} for ${took(now - since)}`;

/** Of a step that waits for an equal one of another run. */
export const equalStepWords = ({ run, step }: { run: string; step: string }): string =>
  `waiting for ${run}/${step}, which makes the same`;
