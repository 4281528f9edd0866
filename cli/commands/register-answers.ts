import type { Command } from 'commander';
import { jsonOption, type LazyAction } from './registration.ts';

const descriptions = {
  approve: 'approve a step that asks for it; the run continues',
  reject: 'reject a step that asks for approval: it fails, and the steps that depend on it are blocked',
  retry: 'run a failed step again, in a run that waits (`on_step_failure: wait`)',
  skip: 'skip a failed step, and those that depend on it, in a run that waits (`on_step_failure: wait`)',
} as const;

/** `temper approve`, `reject`, `retry` and `skip`: the answers of a person to a step that waits. */
export function addAnswerCommands(program: Command, lazyAction: LazyAction): void {
  program.commandsGroup('Steps that wait for a person:');
  for (const [word, description] of Object.entries(descriptions) as [keyof typeof descriptions, string][])
    program
      .command(word)
      .argument('[run]', 'RUN or RUN/STEP; @latest is the newest run', '@latest')
      .description(description)
      .option('--step <id>', 'name the step, if several wait')
      .option('--comment <text>', 'record why, in the run')
      .option(...jsonOption)
      .action(lazyAction(async () => (await import('./answer.ts')).answer(word)));
  program
    .command('review')
    .argument('[run]', 'RUN or RUN/STEP; @latest is the newest run', '@latest')
    .description(
      'write the rows that a model made of documents into a file in which a person keeps, edits or drops each',
    )
    .option('--to <file>', 'write to this file; by default to the one that `review` names in the pipeline')
    .option('--json', 'print JSON: path, run, step, and the counts of rows')
    .action(lazyAction(async () => (await import('./review.ts')).review));
}
