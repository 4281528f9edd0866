import { join } from 'node:path';
import color from 'picocolors';
import type { Plan } from '../core/plan.ts';
import type { RunState } from '../core/run-state.ts';
import { readSmall } from '../services/artifacts.ts';
import { readToldFailure, type ToldFailure } from '../services/told-failure.ts';

/** Whether somebody was told of a failed run; undefined where nobody is to be. `waiting`: not tried yet. */
export type Notice = ToldFailure | { outcome: 'waiting' };

export async function noticeOf(runs: string, state: RunState): Promise<Notice | undefined> {
  if (state.status !== 'failed') return undefined;
  const folder = join(runs, state.runId);
  const told = await readToldFailure(folder);
  if (told && Date.parse(told.of) === state.endedAt) return told;
  return (await readSmall<Plan>(join(folder, 'plan.json')))?.on_failure ? { outcome: 'waiting' } : undefined;
}

export function noticeLines(notice: Notice | undefined): string[] {
  if (!notice) return [];
  return ['', noticeText(notice)];
}

function noticeText(notice: Notice): string {
  if (notice.outcome === 'waiting') return color.dim('on_failure: not told yet');
  const { by, outcome, attempts, why } = notice;
  if (outcome === 'told')
    return color.dim(`on_failure: told by ${by}${attempts > 1 ? `, at the attempt ${attempts}` : ''}`);
  const attempt = `${attempts} ${attempts === 1 ? 'attempt' : 'attempts'}`;
  return outcome === 'trying'
    ? color.yellow(`on_failure: not told yet after ${attempt}: ${why}`)
    : color.red(`on_failure: could not be told after ${attempt}: ${why}`);
}
