import { WorkflowUpdateFailedError } from '@temporalio/client';
import type { Word } from '../../core/run/run-state.ts';
import type { PersonAnswer } from '../../protocol/message-schemas.ts';
import { userAtMachine } from '../../services/machine/person.ts';
import { printJson } from '../json/print-json.ts';
import { closedRunText, lookUp } from '../runs/look-up.ts';
import { openSessionOf } from '../runs/resolve-run.ts';
import { type Session, workflowOf } from '../runs/session.ts';
import { UserError } from '../user-error.ts';
import { type Waiting, waitingIn } from '../view/steps-shown.ts';

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
  async (text: string, options: AnswerOptions): Promise<number> => {
    const [run, step = options.step] = text.split('/');
    const { session, runId } = await openSessionOf(run!);
    try {
      const { runId: own, id, label } = await findWaitingStep(session, runId, word, step);
      const personAnswer: PersonAnswer = {
        step: id,
        by: userAtMachine(),
        ...(options.comment ? { comment: options.comment } : {}),
      };
      await workflowOf(session.client, own)
        .executeUpdate(word, { args: [personAnswer] })
        .catch(throwRefusal);
      if (options.json) printJson(word, { run: runId, step: label, answer: word });
      else process.stdout.write(`${label} ${results[word]}\nhint: watch the run with \`npx temper watch ${runId}\`\n`);
      return 0;
    } finally {
      await session.close();
    }
  };

/** The run refuses an answer that no longer fits: it has changed since this command read it. */
function throwRefusal(error: unknown): never {
  if (error instanceof WorkflowUpdateFailedError)
    throw new UserError(error.cause?.message ?? error.message, { exitCode: 1 });
  throw error;
}

/** Finds the step to answer. Throws UserError if none waits for this answer, or if several do and none is named. */
async function findWaitingStep(
  session: Session,
  runId: string,
  word: Word,
  step: string | undefined,
): Promise<Waiting> {
  const { seen, state } = await lookUp(session.home.runs, session, runId);
  if (!seen || seen.closed) {
    const isForFailedStep = word === 'retry' || word === 'skip';
    const hint = isForFailedStep ? `continue a closed run with \`npx temper resume ${runId}\`` : undefined;
    throw new UserError(closedRunText(runId, state, seen), { hint, exitCode: 1 });
  }
  if (!state)
    throw new UserError(`no worker answers for ${runId}, so its waiting steps are unknown`, {
      hint: 'start the workers with `npx temper up`',
      exitCode: 1,
    });
  const waiting = waitingIn(state, seen);
  const fitting = waiting.filter(({ waitsFor }) => waitsFor.words.includes(word));
  const list = (steps: readonly Waiting[]) => steps.map(({ label }) => label).join(', ');
  if (fitting.length === 0) {
    const other = waiting.map(({ label, waitsFor }) => `; ${label} waits for ${waitsFor.words.join(' or ')}`).join('');
    const isPaused = state.status === 'paused';
    const hint = isPaused ? `the run is paused; continue it with \`npx temper resume ${runId}\`` : undefined;
    throw new UserError(`no step of ${runId} waits for \`${word}\`${other}`, { hint, exitCode: 1 });
  }
  const named = fitting.find(({ label, id, runId: own }) => label === step || (own === runId && id === step));
  if (step !== undefined && !named)
    throw new UserError(`step "${step}" of ${runId} does not wait for \`${word}\``, {
      hint: `steps that wait for it: ${list(fitting)}`,
    });
  if (step === undefined && fitting.length > 1)
    throw new UserError(`several steps of ${runId} wait for \`${word}\`: ${list(fitting)}`, {
      hint: `name one with \`--step\`, as in \`npx temper ${word} ${runId} --step ${fitting[0]!.label}\``,
    });
  return named ?? fitting[0]!;
}
