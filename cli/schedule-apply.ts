import color from 'picocolors';
import type { ScheduleEntry } from '../core/document.ts';
import type { Plan } from '../core/plan.ts';
import { type Change, changesOf } from '../services/schedule-changes.ts';
import { NotOurs, type Schedule, timingOf, wantedSchedules } from '../services/schedules.ts';
import { checkQuestions } from './check-questions.ts';
import { firingLines } from './firing-times.ts';
import { loadPlan, shown } from './load-plan.ts';
import { heartbeatOf, queuesOf } from './run.ts';
import { schedulesOf } from './schedule.ts';
import { openSession } from './session.ts';
import { UserError } from './user-error.ts';

/** More would scroll the first ones away. */
const mostChanges = 12;

/** Makes Temporal's schedules what the documents say. Removes only what an earlier version of the same pipeline made here. */
export async function applySchedules(
  files: readonly string[],
  options: { input: string[]; dryRun?: boolean },
): Promise<number> {
  const loaded: { file: string; plan: Plan; entries: readonly ScheduleEntry[] }[] = [];
  for (const file of files) {
    const { plan, planned } = await loadPlan(file, options.input);
    await checkQuestions(plan, planned, file);
    loaded.push({ file, plan, entries: planned.document?.on?.schedule ?? [] });
  }
  const twice = loaded.find(
    ({ plan }, index) => loaded.findIndex((other) => other.plan.pipeline === plan.pipeline) < index,
  );
  if (twice) throw new UserError(`${twice.file}: two of these documents are named ${twice.plan.pipeline}`);
  const session = await openSession({ start: true });
  try {
    const schedules = schedulesOf(session);
    for (const { file, plan, entries } of loaded) {
      const wanted = wantedSchedules(plan, entries, { queues: queuesOf(session), ...heartbeatOf() });
      const old = (await schedules.ids(plan.pipeline)).filter((id) => !wanted.some((each) => each.id === id));
      if (wanted.length + old.length === 0)
        process.stdout.write(`${shown(file)} has no \`on.schedule\`, and no schedule was made from it.\n`);
      // All are looked at before any is changed: a name that is somebody else's stops the whole.
      const found = await Promise.all(wanted.map(({ id }) => schedules.find(id))).catch(told);
      for (const [index, schedule] of wanted.entries()) {
        const before = found[index];
        if (before && before.pipeline !== plan.pipeline)
          throw new UserError(
            `the schedule ${schedule.id} is the pipeline ${before.pipeline}’s; give this one another name`,
            1,
          );
        const changes = changesOf(before?.schedule, schedule);
        if (!options.dryRun && !before) await schedules.create(schedule);
        else if (!options.dryRun && changes.length > 0) await schedules.update(schedule);
        tell(schedule, { isNew: !before, changes, isPaused: before?.paused ?? false });
      }
      for (const id of old) {
        if (!options.dryRun) await schedules.delete(id);
        process.stdout.write(`${color.bold(id)} ${color.red('removed')}: the document no longer has it\n`);
      }
    }
    if (options.dryRun) process.stdout.write(color.dim('Nothing was changed (--dry-run).\n'));
    return 0;
  } finally {
    await session.close();
  }
}

function told(error: unknown): never {
  if (error instanceof NotOurs) throw new UserError(`${error.message}; give the pipeline another name`, 1);
  throw error;
}

function tell(schedule: Schedule, how: { isNew: boolean; changes: readonly Change[]; isPaused: boolean }): void {
  const word = how.isNew ? color.green('new') : how.changes.length > 0 ? color.yellow('changed') : 'unchanged';
  const paused = how.isPaused ? color.yellow(` (paused: npx temper schedule resume ${schedule.id})`) : '';
  // All of a new plan is new; what it says is `temper plan`'s to tell.
  const told = how.isNew
    ? how.changes.filter(({ what }) => !/^(?:id|input|plan|queues|reuse)\b/.test(what))
    : how.changes;
  const lines = [
    `${color.bold(schedule.id)} ${word}${paused}`,
    ...told.slice(0, mostChanges).map((change) => `  ${changeText(change)}`),
    ...(told.length > mostChanges ? [`  … and ${told.length - mostChanges} more`] : []),
    ...firingLines(timingOf(schedule), new Date()).map((line) => `  ${line}`),
  ];
  process.stdout.write(`${lines.join('\n')}\n`);
}

function changeText({ what, before, after }: Change): string {
  const short = (text: string) => (text.length > 60 ? `${text.slice(0, 59)}…` : text);
  if (before === undefined) return `${what} ${short(after!)}`;
  return `${what} ${short(before)} → ${after === undefined ? 'none' : short(after)}`;
}
