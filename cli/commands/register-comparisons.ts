import type { Command } from 'commander';
import type { LazyAction } from './registration.ts';

/** `temper compare` and `diff`. */
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
    .action(lazyAction(async () => (await import('./compare.ts')).compare));
  program
    .command('diff')
    .argument('<before>', 'id of a run, or the start of one; @latest is the newest run')
    .argument('[after]', 'the run to compare it with', '@latest')
    .description('show what differs between two runs, and what has come of it: options, rows, scores, answers, time')
    .option('--json', 'print JSON: before, after, document, pins, rows, numbers, exams, times')
    .action(lazyAction(async () => (await import('./diff.ts')).diff));
}
