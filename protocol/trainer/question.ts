import { z } from 'zod';
import { type ScoredBy, whyUnusable } from '../../core/metrics/question-parts.ts';

/** A line of the file that the verb `questions` writes. */
const line = z.strictObject({
  /** Where it stands, as `file:line`. */
  at: z.string(),
  messages: z.array(z.strictObject({ role: z.enum(['system', 'user', 'assistant']), content: z.string() })),
  /** Answers that would do. */
  references: z.array(z.string()),
  pattern: z.string().nullable(),
  schema: z.record(z.string(), z.unknown()).nullable(),
});

export interface Question extends ScoredBy {
  /** Its place, as `file:line`. */
  at: string;
  messages: readonly { role: string; content: string }[];
}

/** Reads the file that the verb `questions` has written. */
export const readQuestionLines = (text: string): Question[] =>
  text
    .split('\n')
    .filter(Boolean)
    .map((each) => {
      const { pattern, schema, ...asked } = line.parse(JSON.parse(each));
      return { ...asked, ...(pattern === null ? {} : { pattern }), ...(schema === null ? {} : { schema }) };
    });

/** Why questions cannot be scored, each with its place. */
export const badParts = (questions: readonly Question[]): string[] =>
  questions.flatMap((each) => {
    const why = whyUnusable(each);
    return why === undefined ? [] : [`${each.at}: ${why}`];
  });
