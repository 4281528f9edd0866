import { canonicalJson } from '../../../core/json.ts';
import { hashText } from '../../../services/store/durable-files.ts';
import type { TrainerContext } from '../../process/run-trainer.ts';
import { readQuestions } from './questions.ts';

/** The digest of the questions of an exam, whatever its form. Undefined if they cannot be read: the evaluation reports why. */
export async function questionsDigest(context: TrainerContext, exam: string): Promise<string | undefined> {
  const questions = await readQuestions(context, exam).catch(() => undefined);
  context.signal.throwIfAborted();
  if (!questions) return undefined;
  const asked = questions.map(({ at: _, ...question }) => question);
  return `sha256:${hashText(canonicalJson(asked))}`;
}
