import type { Command } from 'commander';
import { jsonOption, type LazyAction, repeatedOption } from '../registration.ts';

/** `temper schedule …`. */
export function addScheduleCommands(program: Command, lazyAction: LazyAction): void {
  program.commandsGroup('Schedules:');
  const schedule = program
    .command('schedule')
    .description('manage schedules, which run a pipeline at the times of its `on.schedule`');
  const load = async () => await import('./schedule.ts');
  schedule
    .command('apply')
    .argument('<files...>', 'pipeline YAML')
    .description('create, change and remove schedules as the pipelines say; shows each change first')
    .addOption(repeatedOption('-i, --input <name=value>', 'set an input of the pipeline'))
    .option('--dry-run', 'show what would change; change nothing')
    .option(...jsonOption)
    .action(lazyAction(async () => (await import('./schedule-apply.ts')).applySchedules));
  schedule
    .command('ls')
    .description('list schedules: when each fires next, and how its last run ended')
    .option('--json', 'print a JSON list of schedules: id, cron, timezone, paused, next, last')
    .action(lazyAction(async () => (await load()).listSchedules));
  schedule
    .command('show')
    .argument('<schedule>', 'name of a schedule')
    .description('show a schedule: its rules, its next five firing times, how often it started, skipped and missed')
    .option('--json', 'print JSON: schedule (its rules and plan), paused, note, info (times and counts), last')
    .action(lazyAction(async () => (await load()).showSchedule));
  schedule
    .command('pause')
    .argument('<schedule>', 'name of a schedule')
    .description('pause a schedule; it does not fire until it is resumed')
    .option('--note <text>', 'record why, in the schedule')
    .option(...jsonOption)
    .action(lazyAction(async () => (await load()).pauseSchedule));
  schedule
    .command('resume')
    .argument('<schedule>', 'name of a schedule')
    .description('resume a paused schedule')
    .option(...jsonOption)
    .action(lazyAction(async () => (await load()).resumeSchedule));
  schedule
    .command('trigger')
    .argument('<schedule>', 'name of a schedule')
    .description('fire a schedule now')
    .option(...jsonOption)
    .action(lazyAction(async () => (await load()).triggerSchedule));
  schedule
    .command('backfill')
    .argument('<schedule>', 'name of a schedule')
    .description('fire a schedule for past times, one run after the other')
    .requiredOption('--from <day>', 'start at this day, or day and time, in the time zone of the schedule')
    .requiredOption('--to <day>', 'end with this day, or day and time')
    .option(...jsonOption)
    .action(lazyAction(async () => (await load()).backfillSchedule));
  schedule
    .command('delete')
    .argument('<schedule>', 'name of a schedule')
    .description('delete a schedule; its runs stay')
    .option(...jsonOption)
    .action(lazyAction(async () => (await load()).deleteSchedule));
}
