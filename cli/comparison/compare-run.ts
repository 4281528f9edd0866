import type { Session } from '../runs/session.ts';
import { compareQuestion, questionLine } from './compare-question.ts';
import { findCompared } from './find-compared.ts';
import { untilInterrupted } from './question-loop.ts';

/** Asks the models of one run a question, as `temper compare RUN QUESTION` does. For commands that end with a comparison. */
export async function compareRun(session: Session, run: string, question: string): Promise<number> {
  const compared = await findCompared({ home: session.home, session }, [run]);
  process.stdout.write(`${questionLine(question)}\n`);
  return await untilInterrupted((signal) => compareQuestion(compared, question, { signal }));
}
