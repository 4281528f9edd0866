import { z } from 'zod';
import { chatModel } from './chat-model.ts';
import { described, path, positive, share } from './fields.ts';

/** Kinds of questions that a writer may be asked for. */
export const questionKinds = ['definition', 'explanation', 'comparison', 'procedure', 'fact', 'summary'] as const;
export type QuestionKind = (typeof questionKinds)[number];

/** How rows are made of documents. */
export const documentsOption = z
  .strictObject({
    writer: described(chatModel, 'The model that writes the rows.'),
    prompt: z
      .string()
      .regex(/\{text\}/, 'must have {text}, the place of the text that the writer reads')
      .optional()
      .describe(
        'What the writer is told, in place of temper’s own words. `{text}`, `{headings}`, `{count}`, `{kinds}` and `{language}` are filled in; the form of the answer is added.',
      ),
    kinds: z
      .array(z.enum(questionKinds))
      .min(1)
      .default(['definition', 'explanation', 'comparison', 'procedure', 'fact'])
      .describe('The kinds of questions that the writer is asked for, where the text has an answer to them.'),
    per_chunk: positive.max(20).default(3).describe('The most rows of one part of a document.'),
    language: z
      .string()
      .min(2)
      .max(40)
      .default('auto')
      .describe(
        'The language of the rows, such as `zh` or `English`. `auto`: the language of the part they come from.',
      ),
    min_support: share
      .default(0.5)
      .describe(
        'The share of an answer’s words (in Chinese: of its pairs of characters) that must stand in its part of the document or in the question. Its numbers must all stand there. With another language than the document’s only numbers are compared.',
      ),
    verify: z
      .boolean()
      .default(false)
      .describe('Asks the writer again whether the text alone answers each question. Twice the time.'),
    temperature: z
      .number()
      .min(0)
      .max(2)
      .default(0)
      .describe('How much chance decides. 0 always takes the likeliest token.'),
    chunk: z
      .strictObject({
        max_tokens: positive.min(50).default(800).describe('Estimated tokens of the longest part.'),
        min_tokens: z
          .number()
          .int()
          .nonnegative()
          .default(80)
          .describe('A shorter section is read together with the next one of its chapter.'),
      })
      .prefault({})
      .describe('The parts that the writer reads one by one. They follow the headings.'),
    leave_out: z
      .array(z.string().min(1))
      .optional()
      .describe(
        'Headings, without numbers, whose sections are left out, such as `[Preface]`. By default those of references, acknowledgements and contents.',
      ),
    review: path()
      .optional()
      .meta({
        ...path().meta(),
        mayBeAbsent: true,
        description:
          'A file in which a person accepts, edits or drops rows. `temper review RUN` writes it; it need not exist yet.',
      }),
    unreviewed: z
      .enum(['keep', 'drop', 'refuse'])
      .default('keep')
      .describe(
        'What happens to a row without a decision in `review`: `keep` uses it, `drop` leaves it out, `refuse` ends the step until every row has one.',
      ),
  })
  .describe('How rows are made of documents, with `from: documents`.');

export type DocumentsOption = z.output<typeof documentsOption>;
