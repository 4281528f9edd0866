import type { Command } from 'commander';
import type { LazyAction } from './registration.ts';

/** `temper compare`. */
export function addComparisonCommands(program: Command, lazyAction: LazyAction): void {
  program.commandsGroup('Comparisons:');
  program
    .command('compare')
    .argument('[what...]', 'a run, or models in Ollama, two to four; the question last, in quotes (default: "@latest")')
    .description('ask the models before and after a training the same question, side by side')
    .option('-q, --question <text>', 'ask this; without a question, read one after another')
    .option('--system <text>', 'ask with this system message instead of that of the evaluation')
    .option('--max-tokens <count>', 'end an answer after this many tokens')
    .option('--json', 'print one JSON object per question, each on a line: question, options, answers')
    .addHelpText(
      'after',
      `
Examples:
  npx temper compare "What does a parrot say at noon?"
  npx temper compare @latest qwen2.5:7b "How fast is light?"
  npx temper compare my-model:latest qwen2.5:7b < questions.txt`,
    )
    .action(lazyAction(async () => (await import('./compare.ts')).compare));
}
