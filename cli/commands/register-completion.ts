import type { Command } from 'commander';
import type { LazyAction } from './registration.ts';

/** `temper completion`, and the command that its scripts call. */
export function addCompletionCommands(program: Command, lazyAction: LazyAction): void {
  program
    .command('completion')
    .argument('<shell>', '`bash`, `zsh` or `fish`')
    .description('print a script that completes commands, options, runs and models in a shell')
    .action(lazyAction(async () => (await import('./completion.ts')).completion));
  program
    .command('complete', { hidden: true })
    .description('print the words that may stand next; the scripts of `completion` call it')
    .argument('[words...]')
    .action(lazyAction(async () => (await import('./completion.ts')).complete(program)));
}
