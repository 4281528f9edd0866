import { type Command, Option } from 'commander';
import { jsonOption, type LazyAction, repeatedOption, runArgument } from './registration.ts';

/** The commands that start, show and steer runs. */
export function addRunCommands(program: Command, lazyAction: LazyAction): void {
  program.commandsGroup('Pipelines and runs:');
  program
    .command('run')
    .argument('<file>', 'pipeline YAML')
    .description('run a pipeline and watch it; Ctrl-C stops watching, the run continues')
    .addOption(repeatedOption('-i, --input <name=value>', 'set an input of the pipeline'))
    .option('-d, --detach', 'start the run and return at once')
    .option('--no-reuse', 'run every step, also those whose result an earlier run has')
    .option('--pull', 'fetch the models that the pipeline names and Ollama lacks')
    .option(...jsonOption)
    .action(lazyAction(async () => (await import('./start-run.ts')).run));
  program
    .command('quickstart')
    .description('teach a small real model a manner of answering, from its rows to its verdict; takes a few minutes')
    .option('--tiny', 'make a tiny model first and use that, as where no real one can be fetched')
    .option('-d, --detach', 'start the run and return at once')
    .option('--no-reuse', 'run every step, also those whose result an earlier run has')
    .option(...jsonOption)
    .action(lazyAction(async () => (await import('./quickstart.ts')).quickstart));
  program
    .command('validate')
    .argument('<files...>', 'pipeline YAML')
    .description('check pipelines and list every mistake with its line; starts nothing')
    .option('--fix', 'fix what can only be meant one way, and keep comments; then list the rest')
    .option(
      '--json',
      'print a JSON list of mistakes: file, line, column, code, level, reason, facts, path, message, hint, docs, fixable',
    )
    .action(lazyAction(async () => (await import('./validate.ts')).validate));
  program
    .command('plan')
    .argument('<file>', 'pipeline YAML')
    .description('show what would run or be reused, why, what it takes, and every option; starts nothing')
    .addOption(repeatedOption('-i, --input <name=value>', 'set an input of the pipeline'))
    .option('--graph', 'print the steps as a Mermaid flow chart')
    .option('--prove', 'prove that the models it trains can be converted and served; exit code 1 if not')
    .option(
      '--json',
      'print the plan as JSON, as a run stores it in `plan.json`, with its `forecast`; with --prove, what was proven',
    )
    .action(lazyAction(async () => (await import('./plan.ts')).plan));
  program
    .command('ps')
    .description('list runs, newest first')
    .option('-n, --limit <count>', 'list at most this many runs', '20')
    .option('--pipeline <name>', 'list only the runs of this pipeline')
    .option('--status <status>', 'list only runs of this status, such as `failed` or `running,paused`')
    .option('--since <age>', 'list only runs that started within this time, such as `12h` or `7d`')
    .option('--json', 'print a JSON list of runs: run, status, started and ended (ms since 1970), schedule, note')
    .action(lazyAction(async () => (await import('./ps.ts')).ps));
  program
    .command('show')
    .argument(...runArgument)
    .description('show a run: its steps, results, attempts and failures')
    .option('--json', 'print the run as JSON: status, steps with state, outputs and reason, attempts, failure')
    .action(lazyAction(async () => (await import('./show.ts')).show));
  program
    .command('report')
    .argument(...runArgument)
    .description('write a run as one HTML file: verdict, answers, curves, data, steps, lineage, configuration')
    .option('-o, --out <file>', 'write to this file; by default to `RUN.html` in this folder')
    .option('--open', 'open it in the browser')
    .option('--lang <language>', 'use `en` or `zh`; by default the language of the terminal')
    .option('--json', 'print what the report shows as JSON, with the `path` of the file')
    .action(lazyAction(async () => (await import('./report.ts')).report));
  program
    .command('open')
    .argument('[run]', 'a run to show first; without it, the list of runs')
    .description('open the page of this machine: runs, live curves, answers to what waits; Ctrl-C closes it')
    .option('-p, --port <port>', 'use this port of 127.0.0.1; by default a free one')
    .option('--no-browser', 'print the link and open nothing')
    .option('--json', 'print JSON: link')
    .action(lazyAction(async () => (await import('./open.ts')).open));
  program
    .command('watch')
    .argument(...runArgument)
    .description('watch a run until it ends; Ctrl-C stops watching, the run continues')
    .option(...jsonOption)
    .action(lazyAction(async () => (await import('./watch.ts')).watch));
  program
    .command('logs')
    .argument('[run]', 'RUN, RUN/STEP or RUN/STEP@VARIANT; @latest is the newest run', '@latest')
    .description('print the logs of the steps of a run')
    .option('-f, --follow', 'keep printing until the run ends')
    .option('--json', 'print one JSON object per line of a log: step, and event (of the trainer) or text')
    .action(lazyAction(async () => (await import('./logs.ts')).logs));
  program
    .command('resume')
    .argument(...runArgument)
    .description(
      'continue a paused, failed, cancelled or terminated run from its finished steps and its last checkpoint',
    )
    .option('-d, --detach', 'continue the run and return at once')
    .option('--accept-versions', 'use the present training libraries if those the run began with are missing')
    .option(...jsonOption)
    .action(lazyAction(async () => (await import('./resume.ts')).resume));
  program
    .command('rerun')
    .argument(...runArgument)
    .description('start a new run of an earlier run’s document, changed or not; equal steps are reused')
    .addOption(repeatedOption('-s, --set <what=value>', 'change an input (`data=…`) or an option (`train.lora.r=16`)'))
    .option('--from <step>', 'run this step and all that depend on it, even if nothing has changed')
    .option('--dry-run', 'show what would change; start nothing')
    .option('-d, --detach', 'start the run and return at once')
    .addOption(new Option('-y, --yes', 'accept for scripts; `rerun` never asks').hideHelp())
    .option(...jsonOption)
    .action(lazyAction(async () => (await import('./rerun.ts')).rerun));
  program
    .command('pause')
    .argument(...runArgument)
    .description('pause a run: a training saves a checkpoint and frees the device; `resume` continues it')
    .option(...jsonOption)
    .action(lazyAction(async () => (await import('./pause.ts')).pause));
  program
    .command('cancel')
    .argument(...runArgument)
    .description('cancel a run; its training saves a checkpoint first')
    .option(...jsonOption)
    .action(lazyAction(async () => (await import('./cancel.ts')).cancel));
}
