import { WorkflowUpdateFailedError } from '@temporalio/client';
import type { Word } from '../../core/run/run-state.ts';
import type { PersonAnswer } from '../../protocol/message-schemas.ts';
import { userAtMachine } from '../../services/machine/person.ts';
import { UserError } from '../user-error.ts';
import { type Waiting, waitingIn } from '../view/steps-shown.ts';
import { closedRunText, lookUp } from './look-up.ts';
import { type Session, workflowOf } from './session.ts';

interface Answered {
  /** As `--step` names it; may be absent if just one step waits for this answer. */
  step?: string | undefined;
  comment?: string | undefined;
}

/** Sends an answer to a step that waits for it, and returns the label of the step. */
export async function answerStep(
  session: Session,
  runId: string,
  word: Word,
  { step, comment }: Answered,
): Promise<string> {
  const { runId: own, id, label } = await findWaitingStep(session, runId, word, step);
  const answer: PersonAnswer = { step: id, by: userAtMachine(), ...(comment ? { comment } : {}) };
  await workflowOf(session.client, own)
    .executeUpdate(word, { args: [answer] })
    .catch(throwRefusal);
  return label;
}

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
