import type { Word } from '../../core/run/run-state.ts';
import { printJson } from '../json/print-json.ts';
import { answerStep } from '../runs/answer-step.ts';
import { openSessionOf } from '../runs/resolve-run.ts';

interface AnswerOptions {
  step?: string;
  comment?: string;
  json?: boolean;
}

const results: Readonly<Record<Word, string>> = {
  approve: 'is approved; the run continues',
  reject: 'is rejected: it fails, and the steps that depend on it are blocked',
  retry: 'runs again, a training from its last checkpoint',
  skip: 'is skipped, with the steps that depend on it',
};

/** Sends an answer to a step that waits for it. `RUN/STEP` names a step as `--step` does. */
export const answer =
  (word: Word) =>
  async (text: string, { step, comment, json }: AnswerOptions): Promise<number> => {
    const [run, named = step] = text.split('/');
    const { session, runId } = await openSessionOf(run!);
    try {
      const label = await answerStep(session, runId, word, { step: named, comment });
      if (json) printJson(word, { run: runId, step: label, answer: word });
      else process.stdout.write(`${label} ${results[word]}\nhint: watch the run with \`npx temper watch ${runId}\`\n`);
      return 0;
    } finally {
      await session.close();
    }
  };
