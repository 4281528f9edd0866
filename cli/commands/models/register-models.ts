import type { Command } from 'commander';
import { jsonOption, type LazyAction } from '../registration.ts';

/** `temper models`, `rollback`, `lineage` and `export`. */
export function addModelCommands(program: Command, lazyAction: LazyAction): void {
  program.commandsGroup('Models:');
  program
    .command('models')
    .description('list serving names: the model of each, its score, data and run, and the kept models')
    .option('--json', 'print a JSON list of names: name, state, digest, since, by, facts, kept')
    .action(lazyAction(async () => (await import('./models.ts')).models));
  program
    .command('rollback')
    .argument('<name>', 'a serving name, such as `my-model:latest`')
    .description('roll a serving name back to the model it had before; a second time, to the one before that')
    .option('--to <run>', 'serve the model that this run promoted, older or newer')
    .option(...jsonOption)
    .action(lazyAction(async () => (await import('./rollback.ts')).rollback));
  program
    .command('lineage')
    .argument('<model>', 'a name in Ollama, or the start of a digest')
    .description('show where a model came from: verdict, import, merge, adapter, training, data, base model')
    .option('--json', 'print JSON: digest, name, made, from (the tree), verdicts, servedAs')
    .action(lazyAction(async () => (await import('./lineage.ts')).lineage));
  program
    .command('export')
    .argument('<run>', 'id of a run, or the start of one; @latest is the newest run')
    .argument('<folder>', 'where to; it must not exist or be empty')
    .description('write the model of a run as a folder to hand on: weights, Modelfile, adapter, model card')
    .option('--json', 'print JSON: run, model, digest, folder, adapter, files')
    .action(lazyAction(async () => (await import('./export.ts')).exportModel));
}
