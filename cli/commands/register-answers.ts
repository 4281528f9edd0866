import type { Command } from 'commander';
import type { Does } from './schedules/register-schedules.ts';

const words = {
  approve: 'let a run go on that asks for an approval',
  reject: 'refuse it: the step that asks fails, and what depends on it is blocked',
  retry: 'have a step run again that has failed in a run which waits (`on_step_failure: wait`)',
  skip: 'let such a step end as skipped; what depends on it is skipped too',
} as const;

/** `temper approve`, `reject`, `retry` and `skip`: what a person says to a step that waits. */
export function addAnswerCommands(program: Command, does: Does): void {
  for (const [word, description] of Object.entries(words) as [keyof typeof words, string][])
    program
      .command(word)
      .argument('[run]', 'RUN or RUN/step; @latest is the newest run', '@latest')
      .description(description)
      .option('--step <id>', 'the step that is meant, where several wait')
      .option('--comment <text>', 'why, for the record of the run')
      .action(does(async () => (await import('./answer.ts')).answer(word)));
}
