import color from 'picocolors';
import type { ScheduleEntry } from '../../../core/language/document.ts';
import type { Plan } from '../../../core/run/plan.ts';
import { type Schedule, timingOf, wantedSchedules } from '../../../services/temporal/schedules/schedule.ts';
import { type Change, changesOf } from '../../../services/temporal/schedules/schedule-changes.ts';
import { type Found, NotOurs, type Schedules } from '../../../services/temporal/schedules/schedule-client.ts';
import { checkQuestions } from '../../runs/check-questions.ts';
import { loadPlan, shown } from '../../runs/load-plan.ts';
import { openSession } from '../../runs/session.ts';
import { UserError } from '../../user-error.ts';
import { firingLines, reckonedTimes } from '../../view/firing-times.ts';
import { heartbeatOf, queuesOf } from '../start-run.ts';
import { nextLines, schedulesOf } from './schedule.ts';

/** More would scroll the first ones away. */
const mostChanges = 12;

/** What one document asks for, and what there is. */
interface Wanted {
  file: string;
  entries: { schedule: Schedule; before: Found | undefined; changes: readonly Change[] }[];
  /** Schedules of an earlier version of the same pipeline. */
  old: readonly string[];
}

/** Makes Temporal's schedules what the documents say. Removes only what an earlier version of the same pipeline made here. */
export async function applySchedules(
  files: readonly string[],
  options: { input: string[]; dryRun?: boolean },
): Promise<number> {
  const loaded: Loaded[] = [];
  for (const file of files) {
    const { plan, planned } = await loadPlan(file, options.input);
    await checkQuestions(plan, planned, file);
    loaded.push({ file, plan, entries: planned.document?.on?.schedule ?? [] });
  }
  const session = await openSession({ start: true });
  try {
    const schedules = schedulesOf(session);
    // All are looked at before any is changed: a name that is somebody else's stops the whole.
    const all = await compare(schedules, loaded, { queues: queuesOf(session), ...heartbeatOf() });
    for (const wanted of all) {
      if (wanted.entries.length + wanted.old.length === 0)
        process.stdout.write(`${shown(wanted.file)} has no \`on.schedule\`, and no schedule was made from it.\n`);
      await carryOut(schedules, wanted, options.dryRun ?? false);
    }
    if (options.dryRun) process.stdout.write(color.dim('Nothing was changed (--dry-run).\n'));
    return 0;
  } finally {
    await session.close();
  }
}

interface Loaded {
  file: string;
  plan: Plan;
  entries: readonly ScheduleEntry[];
}

async function compare(
  schedules: Schedules,
  loaded: readonly Loaded[],
  run: Parameters<typeof wantedSchedules>[2],
): Promise<Wanted[]> {
  const owners = new Map<string, string>();
  const all: Wanted[] = [];
  for (const { file, plan, entries } of loaded) {
    const wanted = wantedSchedules(plan, entries, run);
    for (const id of [plan.pipeline, ...wanted.slice(1).map((schedule) => schedule.id)]) {
      const other = owners.get(id);
      if (other)
        throw new UserError(`${file} and ${other} both mean the schedule ${id}; give one of them another name`);
      owners.set(id, file);
    }
    const found = await Promise.all(wanted.map(({ id }) => schedules.find(id))).catch(told);
    const foreign = found.find((before) => before && before.pipeline !== plan.pipeline);
    if (foreign)
      throw new UserError(
        `the schedule ${foreign.schedule.id} is the pipeline ${foreign.pipeline}’s; give this one another name`,
        1,
      );
    all.push({
      file,
      entries: wanted.map((schedule, index) => {
        const before = found[index];
        return { schedule, before, changes: changesOf(before?.schedule, schedule) };
      }),
      old: (await schedules.ids(plan.pipeline)).filter((id) => !wanted.some((each) => each.id === id)),
    });
  }
  return all;
}

/** Shows each change, and then makes it. */
async function carryOut(schedules: Schedules, { entries, old }: Wanted, isDry: boolean): Promise<void> {
  for (const { schedule, before, changes } of entries) {
    tell(schedule, before, changes);
    if (!isDry && !before) await schedules.create(schedule);
    else if (!isDry && changes.length > 0) await schedules.update(schedule);
    // What is only shown is reckoned; what is there is told by its server, which has its own way with changed clocks.
    const now = isDry && changes.length > 0 ? undefined : await schedules.find(schedule.id);
    const timing = timingOf(schedule);
    const lines = now ? nextLines(now) : firingLines(timing, reckonedTimes(timing, new Date()), new Date());
    process.stdout.write(lines.map((line) => `  ${line}\n`).join(''));
  }
  for (const id of old) {
    process.stdout.write(`${color.bold(id)} ${color.red('removed')}: the document no longer has it\n`);
    if (!isDry) await schedules.delete(id);
  }
}

function told(error: unknown): never {
  if (error instanceof NotOurs) throw new UserError(`${error.message}; give the pipeline another name`, 1);
  throw error;
}

function tell(schedule: Schedule, before: Found | undefined, changes: readonly Change[]): void {
  const word = !before ? color.green('new') : changes.length > 0 ? color.yellow('changed') : 'unchanged';
  const paused = before?.paused ? color.yellow(' (paused)') : '';
  // All of a new plan is new; what it says is `temper plan`'s to tell.
  const shownChanges = before ? changes : changes.filter(({ of }) => of === 'schedule');
  const lines = [
    `${color.bold(schedule.id)} ${word}${paused}`,
    ...shownChanges.slice(0, mostChanges).map((change) => `  ${changeText(change)}`),
    ...(shownChanges.length > mostChanges ? [`  … and ${shownChanges.length - mostChanges} more`] : []),
  ];
  process.stdout.write(`${lines.join('\n')}\n`);
}

function changeText({ what, before, after }: Change): string {
  const short = (text: string) => (text.length > 60 ? `${text.slice(0, 59)}…` : text);
  if (before === undefined) return `${what} ${short(after!)}`;
  return `${what} ${short(before)} → ${after === undefined ? 'none' : short(after)}`;
}
