import color from 'picocolors';
import type { ScheduleEntry } from '../../../core/language/document.ts';
import type { Plan } from '../../../core/run/plan.ts';
import { type Schedule, timingOf, wantedSchedules } from '../../../services/temporal/schedules/schedule.ts';
import { type Change, changesOf } from '../../../services/temporal/schedules/schedule-changes.ts';
import { type Found, NotOurs, type Schedules } from '../../../services/temporal/schedules/schedule-client.ts';
import { knownSearchAttributes } from '../../../services/temporal/search-attributes.ts';
import { printJson } from '../../json/print-json.ts';
import { checkBeforeRun } from '../../runs/check-before-run.ts';
import { loadPlan, shown } from '../../runs/load-plan.ts';
import { openSession } from '../../runs/session.ts';
import { UserError } from '../../user-error.ts';
import { computeFiringTimes, firingLines } from '../../view/firing-times.ts';
import { warned } from '../../view/text/colours.ts';
import { heartbeatOf, queuesOf } from '../start-run.ts';
import { nextLines, schedulesOf } from './schedule.ts';

/** More would scroll the first ones off the screen. */
const maxShownChanges = 12;

/** The schedules of one document, beside those that Temporal has. */
interface Wanted {
  file: string;
  entries: { schedule: Schedule; before: Found | undefined; changes: readonly Change[] }[];
  /** Schedules of an earlier version of the same pipeline. */
  old: readonly string[];
}

/** Makes Temporal's schedules equal to those of the documents. Removes only schedules of an earlier version of the same pipeline and home. */
export async function applySchedules(
  files: readonly string[],
  options: { input: string[]; dryRun?: boolean; json?: boolean },
): Promise<number> {
  const loaded: Loaded[] = [];
  for (const file of files) {
    const { plan, planned } = await loadPlan(file, options.input);
    await checkBeforeRun(plan, planned, { file });
    loaded.push({ file, plan, entries: planned.document?.on?.schedule ?? [] });
  }
  const session = await openSession({ start: true });
  try {
    const schedules = schedulesOf(session);
    // A name that is taken stops the command before anything is changed.
    const all = await compare(schedules, loaded, {
      queues: queuesOf(session),
      ...heartbeatOf(),
      searchable: await knownSearchAttributes(session.client, session.namespace),
    });
    if (options.json) {
      if (!options.dryRun) for (const wanted of all) await makeChanges(schedules, wanted);
      printJson('schedule apply', all.flatMap(changesAsData));
      return 0;
    }
    for (const wanted of all) {
      if (wanted.entries.length + wanted.old.length === 0)
        process.stdout.write(`${shown(wanted.file)}: no \`on.schedule\`, nothing to apply\n`);
      await applyChanges(schedules, wanted, options.dryRun ?? false);
    }
    if (options.dryRun) process.stdout.write(color.dim('Nothing was changed (`--dry-run`).\n'));
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
        throw new UserError(`${file} and ${other} have the same schedule ${id}`, {
          hint: 'change the `name` of one pipeline',
        });
      owners.set(id, file);
    }
    const found = await Promise.all(wanted.map(({ id }) => schedules.find(id))).catch(throwForeign);
    const foreign = found.find((before) => before && before.pipeline !== plan.pipeline);
    if (foreign)
      throw new UserError(`the schedule ${foreign.schedule.id} belongs to the pipeline ${foreign.pipeline}`, {
        hint: `change the \`name\` of the pipeline in ${file}`,
        exitCode: 1,
      });
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

/** Shows each change, then makes it. */
async function applyChanges(schedules: Schedules, { entries, old }: Wanted, isDry: boolean): Promise<void> {
  for (const { schedule, before, changes } of entries) {
    printChanges(schedule, before, changes);
    if (!isDry) await makeChange(schedules, { schedule, before, changes });
    // Computed times are only for a schedule that does not exist yet: around a change of the clocks the server decides.
    const now = isDry && changes.length > 0 ? undefined : await schedules.find(schedule.id);
    const timing = timingOf(schedule);
    const lines = now ? nextLines(now) : firingLines(timing, computeFiringTimes(timing, new Date()), new Date());
    process.stdout.write(lines.map((line) => `  ${line}\n`).join(''));
  }
  for (const id of old) {
    process.stdout.write(`${color.bold(id)} ${color.red('removed')}: the document no longer has it\n`);
    if (!isDry) await schedules.delete(id);
  }
}

type Entry = Wanted['entries'][number];

async function makeChange(schedules: Schedules, { schedule, before, changes }: Entry): Promise<void> {
  if (!before) await schedules.create(schedule);
  else if (changes.length > 0) await schedules.update(schedule);
}

async function makeChanges(schedules: Schedules, { entries, old }: Wanted): Promise<void> {
  for (const entry of entries) await makeChange(schedules, entry);
  for (const id of old) await schedules.delete(id);
}

const changesAsData = ({ entries, old }: Wanted) => [
  ...entries.map(({ schedule, before, changes }) => ({
    schedule: schedule.id,
    change: !before ? ('new' as const) : changes.length > 0 ? ('changed' as const) : ('unchanged' as const),
    changes: changes.map(({ what, before: from, after }) => ({
      what,
      ...(from === undefined ? {} : { before: from }),
      ...(after === undefined ? {} : { after }),
    })),
  })),
  ...old.map((schedule) => ({ schedule, change: 'removed' as const, changes: [] })),
];

function throwForeign(error: unknown): never {
  if (error instanceof NotOurs)
    throw new UserError(error.message, { hint: 'change the `name` of the pipeline', exitCode: 1 });
  throw error;
}

function printChanges(schedule: Schedule, before: Found | undefined, changes: readonly Change[]): void {
  const word = !before ? color.green('new') : changes.length > 0 ? warned('changed') : 'unchanged';
  const paused = before?.paused ? warned(' (paused)') : '';
  // For a new schedule every option of the plan would be a change; `temper plan` shows them.
  const shownChanges = before ? changes : changes.filter(({ of }) => of === 'schedule');
  const lines = [
    `${color.bold(schedule.id)} ${word}${paused}`,
    ...shownChanges.slice(0, maxShownChanges).map((change) => `  ${changeText(change)}`),
    ...(shownChanges.length > maxShownChanges ? [`  … and ${shownChanges.length - maxShownChanges} more`] : []),
  ];
  process.stdout.write(`${lines.join('\n')}\n`);
}

function changeText({ what, before, after }: Change): string {
  const short = (text: string) => (text.length > 60 ? `${text.slice(0, 59)}…` : text);
  if (before === undefined) return `${what} ${short(after!)}`;
  return `${what} ${short(before)} → ${after === undefined ? 'none' : short(after)}`;
}
