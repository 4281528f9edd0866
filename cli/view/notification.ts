import { join } from 'node:path';
import color from 'picocolors';
import { type Notice, waitsTogether } from '../../core/run/notification.ts';
import type { Plan } from '../../core/run/plan.ts';
import type { RunState } from '../../core/run/run-state.ts';
import { readTold, type Told } from '../../services/runs/notification-record.ts';
import { readSmall } from '../../services/store/artifacts.ts';

/** Whether somebody was told that a run has failed, or that it waits. `waiting`: not tried yet. */
export type ToldOf = { status: Notice['status'] } & (Told | { outcome: 'waiting' });

/** Undefined where there is nothing to tell, or nobody is to be told. */
export async function noticeOf(runs: string, state: RunState): Promise<ToldOf | undefined> {
  const status = state.status === 'failed' ? 'failed' : isWaiting(state) ? 'waiting' : undefined;
  if (!status) return undefined;
  const folder = join(runs, state.runId);
  const told = await readTold(folder, status);
  if (told && isOfNow(Date.parse(told.of), state)) return { status, ...told };
  const plan = await readSmall<Plan>(join(folder, 'plan.json'));
  const how = status === 'failed' ? plan?.on_failure : plan?.on_waiting;
  return how ? { status, outcome: 'waiting' } : undefined;
}

/** A run may have failed, or waited, before. */
const isOfNow = (moment: number, { status, endedAt, steps }: RunState) =>
  status === 'failed'
    ? moment === endedAt
    : Object.values(steps).every(({ waitsFor }) => !waitsFor || waitsFor.since <= moment + waitsTogether);

const isWaiting = ({ steps }: RunState) => Object.values(steps).some(({ waitsFor }) => waitsFor);

export function noticeLines(notice: ToldOf | undefined): string[] {
  return notice ? ['', noticeText(notice)] : [];
}

function noticeText(notice: ToldOf): string {
  const option = notice.status === 'failed' ? 'on_failure' : 'on_waiting';
  if (notice.outcome === 'waiting') return color.dim(`${option}: not told yet`);
  const { by, outcome, attempts, why } = notice;
  if (outcome === 'told')
    return color.dim(`${option}: told by ${by}${attempts > 1 ? `, at the attempt ${attempts}` : ''}`);
  const attempt = `${attempts} ${attempts === 1 ? 'attempt' : 'attempts'}`;
  return outcome === 'trying'
    ? color.yellow(`${option}: not told yet after ${attempt}: ${why}`)
    : color.red(`${option}: could not be told after ${attempt}: ${why}`);
}
