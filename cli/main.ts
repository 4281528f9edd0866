import { Command, CommanderError } from 'commander';
import { TemperError } from '../core/errors/temper-error.ts';
import { explainSystemError } from '../services/machine/explain-system-error.ts';
import { packageVersion } from '../services/machine/package-root.ts';
import { hasOtherEncoding } from '../services/settings/text-encoding.ts';
import { addBeginCommands } from './commands/begin/register-begin.ts';
import { addExamples } from './commands/examples.ts';
import { addMachineCommands } from './commands/machine/register-machine.ts';
import { addModelCommands } from './commands/models/register-models.ts';
import { addAnswerCommands } from './commands/register-answers.ts';
import { addComparisonCommands } from './commands/register-comparisons.ts';
import { addCompletionCommands } from './commands/register-completion.ts';
import { addHelpCommand } from './commands/register-help.ts';
import { addRunCommands } from './commands/register-runs.ts';
import type { LazyAction } from './commands/registration.ts';
import { addScheduleCommands } from './commands/schedules/register-schedules.ts';
import { slipIn } from './slips.ts';
import { UserError } from './user-error.ts';
import { usePlainSymbols } from './view/text/plain-symbols.ts';

/** Runs the command line and returns the exit code. */
export async function main(argv: readonly string[]): Promise<number> {
  let exitCode = 0;
  // A reader such as `head` closes the pipe early; that is no error.
  process.stdout.on('error', (error: NodeJS.ErrnoException) => process.exit(error.code === 'EPIPE' ? exitCode : 1));
  if (hasOtherEncoding(process.env)) for (const stream of [process.stdout, process.stderr]) usePlainSymbols(stream);
  const program = makeProgram((load) => async (...args) => {
    exitCode = await (await load())(...(args as never[]));
  });
  try {
    await program.parseAsync([...argv], { from: 'user' });
    return exitCode;
  } catch (error) {
    return reportError(error, argv, program);
  }
}

/** Every command with its arguments, options and help. */
export function makeProgram(lazyAction: LazyAction): Command {
  const program = new Command('temper')
    .description(
      'Fine-tune a local language model with one YAML file: from your data to an evaluated model in Ollama.\n' +
        'Each command explains itself: `npx temper run --help`. `npx temper help` lists the topics too.',
    )
    .version(packageVersion(), '-V, --version', 'print the version')
    .helpOption('-h, --help', 'show this help')
    .helpCommand(false)
    .showSuggestionAfterError(false)
    .exitOverride();
  addBeginCommands(program, lazyAction);
  addRunCommands(program, lazyAction);
  addComparisonCommands(program, lazyAction);
  addAnswerCommands(program, lazyAction);
  addScheduleCommands(program, lazyAction);
  addModelCommands(program, lazyAction);
  addMachineCommands(program, lazyAction);
  addHelpCommand(program, lazyAction);
  addCompletionCommands(program, lazyAction);
  addExamples(program);
  return program;
}

/** Prints a failure as its message and a hint, and returns the exit code. */
function reportError(error: unknown, argv: readonly string[], program: Command): number {
  // Commander has printed its message already.
  if (error instanceof CommanderError) {
    if (error.exitCode === 0) return 0;
    process.stderr.write(`hint: ${slipIn(argv, error, program) ?? 'run with `--help` for usage'}\n`);
    return 2;
  }
  if (process.env.TEMPER_DEBUG && error instanceof Error) process.stderr.write(`${error.stack}\n`);
  if (error instanceof UserError) {
    process.stderr.write(`${error.text}\n`);
    return error.exitCode;
  }
  const told = error instanceof TemperError ? error : explainSystemError(error);
  if (told) {
    process.stderr.write(`${told.message} [${told.code}]\nhint: ${told.remedy}\n`);
    return told.code === 'BAD_SETTING' ? 2 : 1;
  }
  const text = error instanceof Error ? error.message : String(error);
  process.stderr.write(`unexpected error: ${text}\n`);
  if (!process.env.TEMPER_DEBUG) process.stderr.write('hint: set TEMPER_DEBUG=1 to print the stack\n');
  return 1;
}
