import type { Command } from 'commander';
import { jsonOption, type LazyAction } from '../registration.ts';

/** The commands with which a person begins. */
export function addBeginCommands(program: Command, lazyAction: LazyAction): void {
  program.commandsGroup('Begin:');
  program
    .command('init')
    .argument(
      '[rows]',
      'a file of questions and answers, or a document or a folder of them; without one an example is written',
    )
    .description('write a commented pipeline and an exam for your rows and this machine; starts nothing')
    .option(
      '-b, --base <model>',
      'use this base model: `qwen2.5:0.5b` of Ollama, `org/model` of the Hub, a folder or a GGUF',
    )
    .option('-n, --name <name>', 'name the model and the files')
    .option(
      '--from <config>',
      'use the settings of Axolotl, LLaMA-Factory, TRL or another trainer; what has no counterpart is listed',
    )
    .option('-y, --yes', 'accept what is proposed; ask nothing')
    .option('-f, --force', 'replace files that are there')
    .option(...jsonOption)
    .addHelpText(
      'after',
      '\nIt asks two questions on a terminal, and writes NAME.yaml and NAME.exam.jsonl into the current folder.',
    )
    .action(lazyAction(async () => (await import('./init.ts')).init));
  program
    .command('tune')
    .argument('<rows>', 'a file of questions and answers')
    .description('run `init` and the pipeline that it writes: from your rows to a compared model with one command')
    .option(
      '-b, --base <model>',
      'use this base model; a name without a prefix, such as `qwen2.5:0.5b`, is one of Ollama',
    )
    .option('-n, --name <name>', 'name the model and the files')
    .option('-f, --force', 'replace files that are there')
    .option(...jsonOption)
    .option('-d, --detach', 'start the run and return at once')
    .action(lazyAction(async () => (await import('./tune.ts')).tune));
}
