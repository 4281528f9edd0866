import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { definitionOf } from '../../core/kinds/registry.ts';
import { rootRunId, scheduledRun } from '../../core/run/run-id.ts';
import type { RunState } from '../../core/run/run-state.ts';
import { unchangedSince } from '../../core/run/unchanged.ts';

/** Makes an id `<pipeline>-<yyyymmdd-hhmmss>-<rand>`, in local time. */
export function newRunId(pipeline: string, now: Date = new Date()): string {
  const random = Math.random().toString(36).slice(2, 6).padEnd(4, '0');
  return `${pipeline}-${localStamp(now)}-${random}`;
}

function localStamp(now: Date): string {
  const two = (value: number) => String(value).padStart(2, '0');
  const day = `${now.getFullYear()}${two(now.getMonth() + 1)}${two(now.getDate())}`;
  const time = `${two(now.getHours())}${two(now.getMinutes())}${two(now.getSeconds())}`;
  return `${day}-${time}`;
}

const runIdPattern = /-(\d{8}-\d{6})-\w+$/;

/** The local time in a run's id, sortable as text. Ids of scheduled runs hold UTC. */
function stampOf(runId: string): string | undefined {
  const scheduled = scheduledRun(runId);
  return scheduled ? localStamp(scheduled.at) : runIdPattern.exec(runId)?.[1];
}

/** When a run started, by its id: milliseconds since 1970. */
export function startOf(runId: string): number | undefined {
  const scheduled = scheduledRun(runId);
  if (scheduled) return scheduled.at.getTime();
  const [, year, month, day, hour, minute, second] =
    /-(\d{4})(\d\d)(\d\d)-(\d\d)(\d\d)(\d\d)-\w+$/.exec(runId)?.map(Number) ?? [];
  return year === undefined ? undefined : new Date(year, month! - 1, day, hour, minute, second).getTime();
}

/** Whether a run started after another one, by the times in their ids. */
const isNewer = (run: string, than: string): boolean => (stampOf(run) ?? '') > (stampOf(than) ?? '');

/** Sorts run ids, newest first. Leaves out names that are no run id, and pipelines that ran as steps. */
export const inOrder = (runs: readonly string[]): string[] =>
  runs
    .filter((name) => rootRunId(name) === name)
    .flatMap((name) => {
      const stamp = stampOf(name);
      return stamp === undefined ? [] : [{ name, stamp }];
    })
    .sort((a, b) => b.stamp.localeCompare(a.stamp))
    .map(({ name }) => name);

/** Lists the runs that have a folder in this home, newest first. */
export async function knownRuns(folder: string): Promise<string[]> {
  return inOrder(await readdir(folder).catch(() => [] as string[]));
}

/** Reads the record of a closed run; undefined if there is none. */
export async function readRecord(folder: string, runId: string): Promise<RunState | undefined> {
  return await readFile(join(folder, runId, 'run.json'), 'utf8').then(
    (text) => JSON.parse(text) as RunState,
    () => undefined,
  );
}

/** The run since which nothing has changed, as `unchangedSince` says. */
export const unchangedRun = (state: RunState): string | undefined =>
  unchangedSince(state, (id) => definitionOf(state.steps[id]!.uses)?.reuse === 'never', isNewer);
