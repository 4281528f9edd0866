import { hostname, userInfo } from 'node:os';
import { WorkflowUpdateFailedError } from '@temporalio/client';
import type { Word } from '../../core/run/run-state.ts';
import type { PersonAnswer } from '../../protocol/messages.ts';
import { openHome } from '../../services/machine/home.ts';
import { resolveRun } from '../runs/known-runs.ts';
import { endedAlready, lookUp } from '../runs/look-up.ts';
import { openSession, type Session, workflowOf } from '../runs/session.ts';
import { UserError } from '../user-error.ts';
import { type Waiting, waitingIn } from '../view/steps-shown.ts';

export interface AnswerOptions {
  step?: string;
  comment?: string;
}

const done: Readonly<Record<Word, string>> = {
  approve: 'is approved; the run goes on',
  reject: 'is rejected: it fails, and what depends on it is blocked',
  retry: 'runs again, from its last checkpoint where it has one',
  skip: 'is skipped, and so is what depends on it',
};

/** Says a word to a step that waits for one. `RUN/STEP` names a step as `--step` does. */
export const answer =
  (word: Word) =>
  async (text: string, options: AnswerOptions): Promise<number> => {
    const [run, step = options.step] = text.split('/');
    const runId = await resolveRun(openHome().runs, run!);
    const session = await openSession({ start: false });
    try {
      const { runId: own, id, label } = await theOne(session, runId, word, step);
      const personAnswer: PersonAnswer = {
        step: id,
        by: person(),
        ...(options.comment ? { comment: options.comment } : {}),
      };
      await workflowOf(session.client, own)
        .executeUpdate(word, { args: [personAnswer] })
        .catch(told);
      process.stdout.write(`${label} ${done[word]}. Watch it with \`npx temper watch ${runId}\`.\n`);
      return 0;
    } finally {
      await session.close();
    }
  };

/** Who types, for the record. */
const person = () => `${userInfo().username}@${hostname()}`;

/** What the run itself refuses, since it has changed since it was looked at. */
function told(error: unknown): never {
  if (error instanceof WorkflowUpdateFailedError) throw new UserError(error.cause?.message ?? error.message, 1);
  throw error;
}

/** The step that is meant; throws in words where none waits for this, or where several do and none is named. */
async function theOne(session: Session, runId: string, word: Word, step: string | undefined): Promise<Waiting> {
  const { seen, state } = await lookUp(session.home.runs, session, runId);
  const forClosed = word === 'retry' || word === 'skip' ? ` \`npx temper resume ${runId}\` is for closed runs.` : '';
  if (!seen || seen.closed) throw new UserError(`${endedAlready(runId, state, seen)}${forClosed}`, 1);
  if (!state) throw new UserError(`no worker says what ${runId} waits for; \`npx temper up\` starts one`, 1);
  const waiting = waitingIn(state, seen);
  const fitting = waiting.filter(({ waitsFor }) => waitsFor.words.includes(word));
  const list = (steps: readonly Waiting[]) => steps.map(({ label }) => label).join(', ');
  if (fitting.length === 0) {
    const other = waiting.map(({ label, waitsFor }) => `; ${label} waits for ${waitsFor.words.join(' or ')}`).join('');
    const paused = state.status === 'paused' ? `; it is paused, and \`npx temper resume ${runId}\` goes on` : '';
    throw new UserError(`no step of ${runId} waits for \`${word}\`${other}${paused}`, 1);
  }
  const named = fitting.find(({ label, id, runId: own }) => label === step || (own === runId && id === step));
  if (step !== undefined && !named)
    throw new UserError(
      `the step "${step}" of ${runId} does not wait for \`${word}\`; waiting for it: ${list(fitting)}`,
    );
  if (step === undefined && fitting.length > 1)
    throw new UserError(`several steps of ${runId} wait; name one with --step: ${list(fitting)}`);
  return named ?? fitting[0]!;
}
