import { readFileSync } from 'node:fs';
import { Command, CommanderError, Option } from 'commander';
import { TemperError } from '../core/errors/temper-error.ts';
import { packageFile } from '../services/machine/package-root.ts';
import { addModelCommands } from './commands/models/register-models.ts';
import { addAnswerCommands } from './commands/register-answers.ts';
import { addScheduleCommands, type Does } from './commands/schedules/register-schedules.ts';
import { UserError } from './user-error.ts';

/** Commands import their code when they run: a start that only validates need not load Temporal. */
export async function main(argv: readonly string[]): Promise<number> {
  let exitCode = 0;
  // A reader such as `head` that has seen enough is no error.
  process.stdout.on('error', (error: NodeJS.ErrnoException) => process.exit(error.code === 'EPIPE' ? exitCode : 1));
  const does: Does =
    (load) =>
    async (...args: unknown[]) => {
      exitCode = await (await load())(...(args as never[]));
    };
  const program = new Command('temper')
    .description(
      'Fine-tunes a local language model the way software is deployed: one YAML from your data to a judged Ollama model.',
    )
    .version((JSON.parse(readFileSync(packageFile('package.json'), 'utf8')) as { version: string }).version)
    .showHelpAfterError('(add --help for what can be said)')
    .showSuggestionAfterError()
    .exitOverride();

  const collect = (value: string, before: string[]) => [...before, value];
  program
    .command('run')
    .argument('<file>', 'pipeline YAML')
    .description('run a pipeline and watch it; Ctrl-C stops watching, not the run')
    .option('-i, --input <name=value>', 'value of an input of the pipeline (may be repeated)', collect, [])
    .option('-d, --detach', 'start it and return at once')
    .option('--no-reuse', 'run every step, even those an earlier run has done already')
    .action(does(async () => (await import('./commands/start-run.ts')).run));
  program
    .command('validate')
    .argument('<files...>', 'pipeline YAML')
    .description('say everything that is wrong with a pipeline; starts nothing')
    .option('--json', 'for programs')
    .action(does(async () => (await import('./commands/validate.ts')).validate));
  program
    .command('plan')
    .argument('<file>', 'pipeline YAML')
    .description('show what a run would do, with every option and where its value comes from')
    .option('-i, --input <name=value>', 'value of an input of the pipeline (may be repeated)', collect, [])
    .option('--json', 'for programs')
    .action(does(async () => (await import('./commands/plan.ts')).plan));
  program
    .command('ps')
    .description('list runs, newest first')
    .option('-n, --limit <count>', 'how many', '20')
    .option('--json', 'for programs')
    .action(does(async () => (await import('./commands/ps.ts')).ps));
  program
    .command('show')
    .argument('[run]', 'a run, or @latest', '@latest')
    .description('show a run: steps, results, attempts, failures')
    .option('--json', 'for programs')
    .action(does(async () => (await import('./commands/show.ts')).show));
  program
    .command('watch')
    .argument('[run]', 'a run, or @latest', '@latest')
    .description('come back to a run that goes on without a terminal')
    .action(does(async () => (await import('./commands/watch.ts')).watch));
  program
    .command('logs')
    .argument('[run]', 'RUN, RUN/step, or RUN/step@variant of a matrix; @latest is the newest run', '@latest')
    .description('print what the steps of a run have logged')
    .option('-f, --follow', 'go on printing while the run goes on')
    .action(does(async () => (await import('./commands/logs.ts')).logs));
  program
    .command('resume')
    .argument('[run]', 'a run, or @latest', '@latest')
    .description(
      'continue a paused, failed, cancelled or terminated run from what succeeded and from its last checkpoint',
    )
    .option('-d, --detach', 'start it and return at once')
    .option('--accept-versions', 'go on with the present training libraries where those it began with are gone')
    .action(does(async () => (await import('./commands/resume.ts')).resume));
  program
    .command('rerun')
    .argument('[run]', 'a run, or @latest', '@latest')
    .description('start a new run of what a run had been started with, changed or not; it reuses what still matches')
    .option(
      '-s, --set <what=value>',
      'an input (data=./x.jsonl) or an option (train.lora.r=16); may be repeated',
      collect,
      [],
    )
    .option('--from <step>', 'carry out this step and all that needs it, even if nothing has changed')
    .option('--dry-run', 'only show what it would change')
    .option('-d, --detach', 'start it and return at once')
    .addOption(new Option('-y, --yes', 'for scripts: it never asks').hideHelp())
    .action(does(async () => (await import('./commands/rerun.ts')).rerun));
  program
    .command('pause')
    .argument('[run]', 'a run, or @latest', '@latest')
    .description('hold a run: a training saves a checkpoint and lets go of the device; `resume` goes on')
    .action(does(async () => (await import('./commands/pause.ts')).pause));
  program
    .command('cancel')
    .argument('[run]', 'a run, or @latest', '@latest')
    .description('stop a run: the training saves a checkpoint first')
    .action(does(async () => (await import('./commands/cancel.ts')).cancel));
  addAnswerCommands(program, does);
  program
    .command('gc')
    .description('free disk space: remove what no run, served model or tag refers to')
    .option('--dry-run', 'say what would go, with sizes and reasons; change nothing')
    .option('--verify', 'also read all bytes of all artifacts, and tell the damaged ones; exit code 1 if there are any')
    .option(
      '--older-than <age>',
      'also free the bytes that only runs closed longer ago refer to, as in `30d`; records stay, and each pipeline’s newest success is kept whole',
    )
    .option('--json', 'for programs')
    .action(does(async () => (await import('./commands/gc.ts')).gc));
  program
    .command('up')
    .description('start the local services: Temporal, Ollama, workers')
    .option('--at-login', 'and have them start by themselves when you log in, or at boot (systemd)')
    .option('--no-at-login', 'have them start by themselves no more; starts and stops nothing')
    .action(does(async () => (await import('./commands/machine/services.ts')).up));
  program
    .command('down')
    .description('stop them; a training saves a checkpoint first and goes on after the next `up`')
    .action(does(async () => (await import('./commands/machine/services.ts')).down));
  program
    .command('status')
    .description('say what runs, where it listens, and where its log is')
    .option('--json', 'for programs')
    .action(does(async () => (await import('./commands/machine/services.ts')).status));
  program
    .command('doctor')
    .description('check this machine and say what to mend')
    .option('--json', 'for programs')
    .action(does(async () => (await import('./commands/machine/services.ts')).doctor));
  const secret = program
    .command('secret')
    .description('named secrets for `${{ secrets.NAME }}`, kept in files of mode 0600');
  secret
    .command('set')
    .argument('<name>', 'capitals, digits and _')
    .description('read a secret from the terminal or from stdin, and keep it')
    .action(does(async () => (await import('./commands/machine/secret.ts')).setSecret));
  secret
    .command('ls')
    .description('list names, never values')
    .action(does(async () => (await import('./commands/machine/secret.ts')).listSecretNames));

  addScheduleCommands(program, collect, does);
  addModelCommands(program, does);

  try {
    await program.parseAsync([...argv], { from: 'user' });
    return exitCode;
  } catch (error) {
    return tell(error);
  }
}

/** A mistake of the user is told in words; only what nobody expected shows where it happened. */
function tell(error: unknown): number {
  if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : 2;
  if (error instanceof UserError) {
    process.stderr.write(`${error.message}\n`);
    return error.exitCode;
  }
  if (error instanceof TemperError) {
    process.stderr.write(`${error.message} [${error.code}]\n${error.remedy}\n`);
    return 1;
  }
  const text = error instanceof Error ? (process.env.TEMPER_DEBUG ? error.stack : error.message) : String(error);
  process.stderr.write(`temper could not go on: ${text}\nWith TEMPER_DEBUG=1 it says where.\n`);
  return 1;
}
