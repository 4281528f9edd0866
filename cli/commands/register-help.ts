import type { Command } from 'commander';
import type { LazyAction } from './registration.ts';

/** `temper help`, for commands and for everything that docs/ explains. */
export function addHelpCommand(program: Command, lazyAction: LazyAction): void {
  program
    .command('help')
    .argument('[topic...]', 'a command, a page such as `rows`, a step kind, an option or the code of an error')
    .description('show the help of a command, or what the documentation says of a topic')
    .action(lazyAction(async () => (await import('./help.ts')).help(program)));
}
