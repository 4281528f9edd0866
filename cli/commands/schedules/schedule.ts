import { setTimeout as delay } from 'node:timers/promises';
import color from 'picocolors';
import { runIdOf } from '../../../core/run/run-id.ts';
import { instantOf } from '../../../core/schedule/time-zone.ts';
import { suggestionFor } from '../../../core/words/suggestion.ts';
import { queues } from '../../../services/machine/home.ts';
import { timingOf } from '../../../services/temporal/schedules/schedule.ts';
import { span } from '../../../services/temporal/schedules/schedule-changes.ts';
import { type Found, NotOurs, Schedules } from '../../../services/temporal/schedules/schedule-client.ts';
import { printJson } from '../../json/print-json.ts';
import { lookUp } from '../../runs/look-up.ts';
import { openSession, type Session } from '../../runs/session.ts';
import { UserError } from '../../user-error.ts';
import { firingLines, timeIn, timeInBothZones } from '../../view/firing-times.ts';
import { warned } from '../../view/text/colours.ts';
import { rebootWarning } from '../machine/autostart.ts';

/** The schedules of a home. */
export const schedulesOf = ({ client, home }: Session) =>
  new Schedules(client, { home: home.id, orchestrator: queues(home).orchestrator });

async function withSchedules(act: (schedules: Schedules, session: Session) => Promise<number>): Promise<number> {
  const session = await openSession({ start: false });
  try {
    return await act(schedulesOf(session), session);
  } finally {
    await session.close();
  }
}

/** Finds a schedule. Throws UserError if there is none of that name, or if this home has not made it. */
async function findSchedule(schedules: Schedules, id: string): Promise<Found> {
  const found = await schedules.find(id).catch((error: unknown) => {
    throw error instanceof NotOurs ? new UserError(error.message, { exitCode: 1 }) : error;
  });
  if (found) return found;
  const known = await schedules.ids();
  const hint = suggestionFor(id, known, 'schedules', 'create one with `npx temper schedule apply FILE`');
  throw new UserError(`there is no schedule "${id}"`, { hint });
}

/** Lists the next firing times that the server has. */
export function nextLines({ schedule, paused, info }: Found): string[] {
  if (paused) return [`paused; fires again after \`npx temper schedule resume ${schedule.id}\``];
  return firingLines(timingOf(schedule), info.nextActionTimes, new Date());
}

export async function listSchedules(options: { json?: boolean }): Promise<number> {
  return await withSchedules(async (schedules, session) => {
    const rows = [];
    for (const id of await schedules.ids()) {
      // It may have been deleted since the list was read.
      const found = await schedules.find(id);
      if (!found) continue;
      const { schedule, paused, info } = found;
      const last = await lastRun(session, found);
      rows.push({ id, cron: schedule.cron, timezone: schedule.timezone, paused, next: info.nextActionTimes[0], last });
    }
    const warning = rows.some((row) => !row.paused) ? rebootWarning(session) : '';
    if (options.json) {
      printJson(
        'schedule ls',
        rows.map(({ next, last, ...row }) => ({
          ...row,
          ...(next ? { next: next.toISOString() } : {}),
          ...(last ? { last } : {}),
        })),
      );
      return 0;
    }
    if (rows.length === 0)
      process.stdout.write('There are no schedules yet\nhint: create one with `npx temper schedule apply FILE`\n');
    for (const { id, cron, timezone, paused, next, last } of rows) {
      const when = paused ? warned('paused') : next ? timeInBothZones(next, timezone) : 'never fires again';
      process.stdout.write(`${color.bold(id)}  ${cron} ${timezone}  ${when}\n`);
      process.stdout.write(color.dim(`  ${last ? `last run ${last.run} ${last.status}` : 'no run yet'}\n`));
    }
    if (warning) process.stdout.write(`${warned(warning)}\n`);
    return 0;
  });
}

const newestOf = ({ recentActions }: Found['info']) =>
  recentActions.reduce<(typeof recentActions)[number] | undefined>(
    (last, each) => (last && last.takenAt > each.takenAt ? last : each),
    undefined,
  );

async function lastRun({ home, client, ...session }: Session, { info }: Found) {
  const newest = newestOf(info);
  if (!newest) return undefined;
  const run = runIdOf(newest.action.workflow.workflowId);
  const { state, seen } = await lookUp(home.runs, { home, client, ...session }, run);
  return { run, status: state?.status ?? seen?.status.toLowerCase() ?? 'unknown' };
}

export async function showSchedule(id: string, options: { json?: boolean }): Promise<number> {
  return await withSchedules(async (schedules, session) => {
    const found = await findSchedule(schedules, id);
    const last = await lastRun(session, found);
    if (options.json) {
      printJson('schedule show', { ...found, ...(last ? { last } : {}) });
      return 0;
    }
    const { schedule, paused, note, info } = found;
    const { plan } = schedule.input;
    const lines = [
      `${color.bold(id)}${paused ? warned(' paused') : ''}${note ? `  ${note}` : ''}`,
      `  cron ${schedule.cron}, ${schedule.timezone}; overlap ${schedule.overlap}; catchup ${span(schedule.catchup)}`,
      ...(schedule.jitter ? [`  jitter ${span(schedule.jitter)}`] : []),
      ...(schedule.pauseOnFailure ? [`  pauses after ${schedule.pauseOnFailure} failed runs in a row`] : []),
      ...(schedule.until ? [`  until ${schedule.until}`] : []),
      `  document ${plan.document.path} ${color.dim(schedule.digest.slice(0, 19))}, ${plan.steps.length} steps`,
      ...nextLines(found).map((line) => `  ${line}`),
      `  ${info.numActionsTaken} started, ${info.numActionsSkippedOverlap} skipped because a run was still open, ${info.numActionsMissedCatchupWindow} missed`,
      `  ${last ? `last run ${last.run} ${last.status}` : 'no run yet'}`,
    ];
    process.stdout.write(`${lines.join('\n')}\n`);
    return 0;
  });
}

export async function pauseSchedule(id: string, options: { note?: string; json?: boolean }): Promise<number> {
  return await withSchedules(async (schedules) => {
    await findSchedule(schedules, id);
    await schedules.pause(id, options.note ?? `paused by hand on ${new Date().toISOString()}`);
    const text = `${id} is paused; an open run continues\nhint: resume it with \`npx temper schedule resume ${id}\``;
    return told('pause', id, text, options);
  });
}

export async function resumeSchedule(id: string, options: { json?: boolean }): Promise<number> {
  return await withSchedules(async (schedules) => {
    await findSchedule(schedules, id);
    await schedules.resume(id, `resumed by hand on ${new Date().toISOString()}`);
    const lines = [`${id} is resumed`, ...nextLines(await findSchedule(schedules, id))];
    return told('resume', id, lines.join('\n  '), options);
  });
}

export async function triggerSchedule(id: string, options: { json?: boolean }): Promise<number> {
  return await withSchedules(async (schedules) => {
    const { schedule, info } = await findSchedule(schedules, id);
    const [open] = info.runningActions;
    if (open && schedule.overlap === 'skip')
      throw new UserError(
        `nothing was started: ${runIdOf(open.workflow.workflowId)} is still open, and ${id} has \`overlap: skip\``,
        { hint: `wait for its end with \`npx temper watch ${runIdOf(open.workflow.workflowId)}\``, exitCode: 1 },
      );
    await waitForNextSecond(newestOf(info)?.takenAt);
    await schedules.trigger(schedule);
    return told('trigger', id, `${id} fires now\nhint: \`npx temper ps\` shows its run`, options);
  });
}

/** Waits for the next second: ids of scheduled runs hold seconds, and two in one second would be one run. */
async function waitForNextSecond(after: Date | undefined): Promise<void> {
  const left = after ? Math.floor(after.getTime() / 1000) * 1000 + 1000 - Date.now() : 0;
  if (left > 0) await delay(Math.min(left, 1000));
}

/** Temporal keeps at most 1000 waiting runs; so many at once are a mistake long before. */
const maxBackfilledRuns = 100;

export async function backfillSchedule(
  id: string,
  options: { from: string; to: string; json?: boolean },
): Promise<number> {
  return await withSchedules(async (schedules) => {
    const { schedule } = await findSchedule(schedules, id);
    const from = momentOf('--from', options.from, schedule.timezone, 'start');
    const to = momentOf('--to', options.to, schedule.timezone, 'end');
    if (to >= new Date())
      throw new UserError(`\`--to\` must be in the past, got \`${options.to}\``, {
        hint: 'future times fire by themselves',
      });
    if (to < from) throw new UserError(`\`--to\` (${options.to}) is before \`--from\` (${options.from})`);
    const times = await schedules.timesBetween(id, from, to);
    if (times.length === 0)
      throw new UserError(
        `${id} does not fire between ${timeIn(from, schedule.timezone)} and ${timeIn(to, schedule.timezone)}`,
      );
    if (times.length > maxBackfilledRuns)
      throw new UserError(`${id} fires more than ${maxBackfilledRuns} times between \`--from\` and \`--to\``, {
        hint: 'choose a shorter time',
      });
    await schedules.backfill(id, from, to);
    if (options.json) {
      printJson('schedule backfill', { schedule: id, times: times.map((at) => at.toISOString()) });
      return 0;
    }
    const lines = times.map((at) => `  ${timeInBothZones(at, schedule.timezone)}`);
    process.stdout.write(
      `${id} runs for these times, one after the other; a time that has already run is left out:\n${lines.join('\n')}\n`,
    );
    return 0;
  });
}

/** Reads a day, or a day and time, in the time zone of the schedule. Throws UserError. */
function momentOf(option: string, text: string, timezone: string, edge: 'start' | 'end'): Date {
  const [, day, time] = /^(\d{4}-\d{2}-\d{2})(?:[T ](\d{2}:\d{2}))?$/.exec(text) ?? [];
  const wall = new Date(`${day}T${time ?? '00:00'}:00Z`);
  if (Number.isNaN(wall.getTime()))
    throw new UserError(
      `\`${option}\` must be a day or a time, such as 2026-11-24 or 2026-11-24T02:00, got \`${text}\``,
    );
  const until = edge === 'end' && time === undefined ? 86_400_000 - 1_000 : 0;
  // A time that a change of the clocks skips counts as one hour later.
  const moment = (later: number) => instantOf(new Date(wall.getTime() + until + later), timezone);
  return moment(0) ?? moment(3_600_000)!;
}

export async function deleteSchedule(id: string, options: { json?: boolean }): Promise<number> {
  return await withSchedules(async (schedules) => {
    await findSchedule(schedules, id);
    await schedules.delete(id);
    return told('delete', id, `${id} is deleted; its runs stay, and an open run continues`, options);
  });
}

/** Tells what was done to a schedule. */
function told(
  done: 'pause' | 'resume' | 'trigger' | 'delete',
  schedule: string,
  text: string,
  options: { json?: boolean },
): number {
  if (options.json) printJson(`schedule ${done}`, { schedule, done });
  else process.stdout.write(`${text}\n`);
  return 0;
}
