import { WorkflowExecutionAlreadyStartedError } from '@temporalio/client';
import { wordSchema } from '../../core/run/schemas/state.ts';
import { pauseSignal, resumeSignal } from '../../protocol/messages.ts';
import { continueRun } from '../commands/continue-run.ts';
import { answerStep } from '../runs/answer-step.ts';
import { closedRunText, lookUp } from '../runs/look-up.ts';
import { type Session, workflowOf } from '../runs/session.ts';
import { UserError } from '../user-error.ts';

/** What a form of the page sends. */
export interface Sent {
  word: string;
  step?: string | undefined;
  comment?: string | undefined;
}

/** Does what a person has confirmed on the page: the same as the command of that name. Throws UserError if nothing was changed. */
export async function act(session: Session | undefined, run: string, { word, step, comment }: Sent): Promise<void> {
  if (!session)
    throw new UserError('Temporal does not answer', { hint: 'start the local services with `npx temper up`' });
  const answer = wordSchema.safeParse(word);
  if (answer.success) {
    await answerStep(session, run, answer.data, { step, comment });
    return;
  }
  const { seen, state } = await lookUp(session.home.runs, session, run);
  const isOpen = seen && !seen.closed;
  if (word === 'continue' && !isOpen) return await continueRun(session, { runId: run, state }, {}).catch(unlessStarted);
  if (!isOpen) throw new UserError(closedRunText(run, state, seen));
  const workflow = workflowOf(session.client, run);
  if (word === 'pause') await workflow.signal(pauseSignal);
  else if (word === 'resume' || word === 'continue') await workflow.signal(resumeSignal);
  else if (word === 'cancel') await workflow.cancel();
  else throw new UserError(`the page sent the unknown word "${word}"`);
}

/** Another page, or a terminal, was quicker: the run continues, as was asked. */
function unlessStarted(error: unknown): void {
  if (!(error instanceof WorkflowExecutionAlreadyStartedError)) throw error;
}
