import type { Command } from 'commander';

/** Makes an action of code that is imported when the command runs. */
export type Does = (
  load: () => Promise<(...args: never[]) => Promise<number>>,
) => (...args: unknown[]) => Promise<void>;

/** `temper schedule …`. */
export function addScheduleCommands(
  program: Command,
  collect: (value: string, before: string[]) => string[],
  does: Does,
): void {
  const schedule = program.command('schedule').description('runs that start by themselves, as `on.schedule` says');
  const load = async () => await import('./schedule.ts');
  schedule
    .command('apply')
    .argument('<files...>', 'pipeline YAML')
    .description('make the schedules what the pipelines say, and show what that changes')
    .option('-i, --input <name=value>', 'value of an input of the pipeline (may be repeated)', collect, [])
    .option('--dry-run', 'only show what would change')
    .action(does(async () => (await import('./schedule-apply.ts')).applySchedules));
  schedule
    .command('ls')
    .description('list schedules: when each fires next, and how its last run ended')
    .option('--json', 'for programs')
    .action(does(async () => (await load()).listSchedules));
  schedule
    .command('show')
    .argument('<schedule>', 'a schedule')
    .description('show a schedule: its rules, its next five firing times, what it has started and skipped')
    .option('--json', 'for programs')
    .action(does(async () => (await load()).showSchedule));
  schedule
    .command('pause')
    .argument('<schedule>', 'a schedule')
    .description('let it not fire until it is resumed')
    .option('--note <text>', 'why')
    .action(does(async () => (await load()).pauseSchedule));
  schedule
    .command('resume')
    .argument('<schedule>', 'a schedule')
    .description('let it fire again')
    .action(does(async () => (await load()).resumeSchedule));
  schedule
    .command('trigger')
    .argument('<schedule>', 'a schedule')
    .description('have it fire now')
    .action(does(async () => (await load()).triggerSchedule));
  schedule
    .command('backfill')
    .argument('<schedule>', 'a schedule')
    .description('have it fire for times that have passed, one run after the other')
    .requiredOption('--from <day>', 'first day, or day and time, on the clocks of its zone')
    .requiredOption('--to <day>', 'last one, included')
    .action(does(async () => (await load()).backfillSchedule));
  schedule
    .command('delete')
    .argument('<schedule>', 'a schedule')
    .description('remove it; its runs stay')
    .action(does(async () => (await load()).deleteSchedule));
}
