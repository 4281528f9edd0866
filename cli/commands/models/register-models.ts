import type { Command } from 'commander';
import type { Does } from '../schedules/register-schedules.ts';

/** `temper models`, `rollback` and `lineage`. */
export function addModelCommands(program: Command, does: Does): void {
  program
    .command('models')
    .description(
      'list what temper serves: each name with its model, score, data and run, and what is kept for a rollback',
    )
    .option('--json', 'for programs')
    .action(does(async () => (await import('./models.ts')).models));
  program
    .command('rollback')
    .argument('<name>', 'a serving name, as in `my-model:latest`')
    .description('serve what was served before; twice goes back two')
    .option('--to <run>', 'serve what this run promoted, be it older or newer')
    .action(does(async () => (await import('./rollback.ts')).rollback));
  program
    .command('lineage')
    .argument('<model>', 'a name in Ollama, or a digest')
    .description('say where a model came from: verdict, import, quantization, merge, adapter, training, data, base')
    .option('--json', 'for programs')
    .action(does(async () => (await import('./lineage.ts')).lineage));
}
