import { join } from 'node:path';
import cliTruncate from 'cli-truncate';
import { definitionOf } from '../../core/kinds/registry.ts';
import { rootRunId, scheduledRun } from '../../core/run/run-id.ts';
import type { RunState } from '../../core/run/run-state.ts';
import { deviceHolders } from '../../services/machine/device-holders.ts';
import type { Home } from '../../services/machine/home.ts';
import { waitsNeedingAttention } from '../../services/runs/snapshot.ts';
import { attentionData, attentionText } from '../view/attention.ts';
import { type DeviceQueue, deviceQueue } from '../view/device-queue.ts';
import { unchangedText } from '../view/render.ts';
import { waitingIn } from '../view/steps-shown.ts';
import { measurable } from '../view/text/measurable.ts';
import { readRecord, unchangedRun } from './known-runs.ts';
import { type LookedUp, lookUp } from './look-up.ts';
import { allRuns } from './resolve-run.ts';
import { fitsById, type RunFilter } from './run-filter.ts';
import type { Session } from './session.ts';

/** A run as a line of a list. */
export interface RunRow {
  run: string;
  status: string;
  started?: number;
  ended?: number;
  /** The schedule that started it. */
  schedule?: string;
  unchangedSince?: string;
  /** Steps that have a device, and steps that wait for one; times are milliseconds since 1970. */
  hasDevice?: DeviceQueue['holders'];
  waitsForDevice?: DeviceQueue['waiting'];
  note: string;
  /** What somebody must see to before it goes on. */
  waits?: ReturnType<typeof attentionData>;
}

/** Lists the newest runs of a home that fit, newest first, and who has its devices. */
export async function listRuns(
  home: Home,
  session: Session | undefined,
  limit: number,
  filter: RunFilter = {},
): Promise<{ rows: RunRow[]; queue: DeviceQueue }> {
  const runs = (await allRuns(home.runs, session)).filter((run) => fitsById(run, filter));
  const looked: (LookedUp & { run: string })[] = [];
  // Only a run that is looked up tells its status: as many as are wanted at once, until enough fit.
  for (let at = 0; at < runs.length && looked.length < limit; at += limit) {
    const some = await Promise.all(runs.slice(at, at + limit).map((run) => lookUpRun(home, session, run)));
    looked.push(...some.filter(({ state, seen }) => filter.statuses?.has(statusOf({ state, seen })) ?? true));
  }
  looked.splice(limit);
  const queue = deviceQueue(looked, await deviceHolders(join(home.root, 'devices')));
  return { rows: looked.map((each) => ({ ...rowOf(each.run, each), ...inQueue(each.run, queue) })), queue };
}

async function lookUpRun(home: Home, session: Session | undefined, run: string): Promise<LookedUp & { run: string }> {
  const record = await readRecord(home.runs, run);
  return { run, ...(record ? { state: record, seen: undefined } : await lookUp(home.runs, session, run)) };
}

const statusOf = ({ state, seen }: LookedUp): string => state?.status ?? seen?.status.toLowerCase() ?? 'unknown';

/** What a run has of the devices, and what it waits for; a pipeline that runs as a step counts to the whole. */
function inQueue(run: string, { holders, waiting }: DeviceQueue): Pick<RunRow, 'hasDevice' | 'waitsForDevice'> {
  const own = <T extends { run: string }>(all: readonly T[]) => all.filter((each) => rootRunId(each.run) === run);
  const [has, waits] = [own(holders), own(waiting)];
  return { ...(has.length > 0 ? { hasDevice: has } : {}), ...(waits.length > 0 ? { waitsForDevice: waits } : {}) };
}

function rowOf(run: string, { state, seen }: LookedUp): RunRow {
  const by = scheduledRun(run);
  const schedule = by ? { schedule: by.schedule } : {};
  const status = statusOf({ state, seen });
  const waits = attentionData(seen);
  const waiting = waits.length > 0 ? { waits } : {};
  const [first] = seen ? waitsNeedingAttention(seen) : [];
  const attention = first && attentionText(first);
  if (!state)
    return {
      run,
      status,
      ...schedule,
      ...waiting,
      note: attention ?? (status === 'running' ? 'waiting for a worker' : ''),
    };
  const since = unchangedRun(state);
  const [asking] = waitingIn(state, seen);
  return {
    run,
    status,
    started: state.startedAt,
    ...(state.endedAt ? { ended: state.endedAt } : {}),
    ...schedule,
    ...(since ? { unchangedSince: since } : {}),
    ...waiting,
    note: asking ? `${asking.label} waits for you: ${asking.waitsFor.type[0]}` : (attention ?? noteOf(state)),
  };
}

function noteOf(state: RunState): string {
  const steps = Object.entries(state.steps);
  const failed = steps.filter(([, step]) => step.state === 'failed');
  if (failed.length > 0)
    return `${listed(failed.map(([id]) => id))} failed: ${firstLine(failed[0]![1].failure?.message)}`;
  if (state.failure) return firstLine(state.failure.message);
  const running = steps.filter(([, step]) => step.state === 'running').map(([id]) => id);
  if (running.length > 0) return `in ${listed(running)}`;
  return unchangedText(state) || (steps.find(([, step]) => definitionOf(step.uses)?.verdictOutput)?.[1].summary ?? '');
}

/** A line has room for a few names. */
const listed = (ids: readonly string[]) =>
  ids.length <= 3 ? ids.join(', ') : `${ids.slice(0, 2).join(', ')} and ${ids.length - 2} more`;

/** Longer ones are `show`'s to tell. */
const maxReasonWidth = 70;

function firstLine(text = ''): string {
  return cliTruncate(measurable(text.split('\n')[0]!), maxReasonWidth);
}
