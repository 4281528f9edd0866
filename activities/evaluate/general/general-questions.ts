import { readFile } from 'node:fs/promises';
import { z } from 'zod';
import { packageFile } from '../../../services/machine/package-root.ts';
import type { TrainerContext } from '../../process/run-trainer.ts';
import { type Question, readQuestions } from '../questions/questions.ts';
import { refuseMissingParts } from '../questions/refuse-missing-parts.ts';

const shippedQuestion = z.strictObject({
  prompt: z.string(),
  /** Any of them, as a word or words of its own, makes an answer right. */
  reference: z.union([z.string(), z.array(z.string())]),
  /** Capitals count. */
  cased: z.literal(true).optional(),
});
export type GeneralQuestion = Pick<z.output<typeof shippedQuestion>, 'cased' | 'reference'> &
  Pick<Question, 'messages'>;

/** The person's own, of which each must have a reference. */
export async function readOwnGeneralQuestions(context: TrainerContext, file: string): Promise<GeneralQuestion[]> {
  const questions = await readQuestions(context, file, 'general');
  refuseMissingParts(questions, ['reference']);
  return questions.map(({ messages, references }) => ({ messages, reference: [...references] }));
}

/**
 * A hundred questions with exact answers, in English and Chinese: arithmetic, common knowledge, instructions, refusals. They
 * shape the result of an evaluation, so a change of them raises the revision of its kind.
 */
export async function readGeneralQuestions(): Promise<GeneralQuestion[]> {
  const text = await readFile(packageFile('data/general.jsonl'), 'utf8');
  return text.split('\n').flatMap((line) => (line === '' ? [] : [asked(shippedQuestion.parse(JSON.parse(line)))]));
}

const asked = ({ prompt, ...rest }: z.output<typeof shippedQuestion>): GeneralQuestion => ({
  ...rest,
  messages: [{ role: 'user', content: prompt }],
});

/** Whether an answer holds a reference; `7` is not in `17`, and `cat` not in `concatenate`. */
export function isRight(answer: string, { reference, cased }: Pick<GeneralQuestion, 'cased' | 'reference'>): boolean {
  const fold = (text: string) => (cased ? text : text.toLowerCase()).normalize('NFKC').replace(/\s+/g, ' ').trim();
  return [reference].flat().some((each) => pattern(fold(each)).test(fold(answer)));
}

/** Scripts without spaces have no ends of words to look for. */
function pattern(text: string): RegExp {
  const escaped = text.replace(/[.*+?^${}()|[\]\\]/g, '\\$&');
  const before = /^[a-z0-9]/i.test(text) ? '(?<![a-z0-9])' : '';
  const after = /[a-z0-9]$/i.test(text) ? '(?![a-z0-9])' : '';
  return new RegExp(`${before}${escaped}${after}`, text === text.toLowerCase() ? 'i' : '');
}
