import { z } from 'zod';
import { isRecord } from '../../json.ts';
import type { IdleOption } from '../definition.ts';
import { artifact, described, path, positive } from './fields.ts';

const names = ['before', 'after', 'production'] as const;

/** Other ways to the same answers: what a prompt or a look at rows or documents reaches without a training. */
export const arms = z
  .record(
    z
      .string()
      .regex(/^[a-z][a-z0-9_]*$/, 'must be a lower-case name')
      .refine(
        (name) => !(names as readonly string[]).includes(name),
        'is taken: it names a model; choose another, such as `prompted`',
      ),
    z
      .strictObject({
        model: z.enum(names).default('before').describe('The model that is asked in this way.'),
        system: z.string().min(1).optional().describe('A system message, in place of the one of the evaluation.'),
        rows: described(
          artifact('dataset').optional(),
          'Rows to look things up in: `${{ steps.<prepare step>.outputs.dataset }}`. For each question the nearest stand before it as earlier turns, found by BM25 over their words.',
        ),
        documents: described(
          path().optional(),
          'Documents to look things up in, in place of `rows`: a PDF, Word, Markdown, HTML, EPUB or text file, or a folder of them, parted by their headings as `prepare` does. For each question the nearest parts are quoted before it, found by BM25 over their words and headings.',
        ),
        part_tokens: positive
          .min(50)
          .optional()
          .describe('Estimated tokens of the longest part of `documents`; 400 without it.'),
        nearest: positive
          .max(20)
          .default(3)
          .describe(
            'The number of rows or parts that stand before a question. Where they do not fit into the context of the model, fewer, and the report says so.',
          ),
      })
      .superRefine(({ rows, documents }, context) => {
        if (rows !== undefined && documents !== undefined)
          context.addIssue({
            code: 'custom',
            path: ['documents'],
            message: 'stands beside `rows`, and an arm looks things up in one of them; make two arms',
          });
      }),
  )
  .optional()
  .describe(
    'Other ways to answer, by name, each asked the same questions: a system message, or the nearest rows or parts of documents before each question. The report says what each reaches and what it costs; `better` does not depend on them.',
  );

/** Paths of the options of arms that name documents. */
export const documentsOfArms = (given: unknown): string[][] =>
  isRecord(given)
    ? Object.entries(given).flatMap(([name, arm]) =>
        isRecord(arm) && arm.documents !== undefined ? [['arms', name, 'documents']] : [],
      )
    : [];

/** Finds arms that ask nothing new: of a model that is not named, or exactly as the model is asked anyway. */
export function idleArms(given: unknown, production: unknown): IdleOption[] {
  if (!isRecord(given)) return [];
  return Object.entries(given).flatMap(([name, arm]): IdleOption[] => {
    if (!isRecord(arm)) return [];
    const without = (option: string) => ({ option, value: 'not given' });
    if (arm.model === 'production' && production === undefined)
      return [{ option: ['arms', name], because: without('production') }];
    const isParted = arm.documents !== undefined;
    const parted = isParted
      ? []
      : [{ option: ['arms', name, 'part_tokens'], because: without(`arms.${name}.documents`) }];
    if (arm.rows !== undefined || isParted) return parted;
    return arm.system === undefined
      ? [{ option: ['arms', name], because: without(`arms.${name}.system`) }]
      : [{ option: ['arms', name, 'nearest'], because: without(`arms.${name}.rows`) }, ...parted];
  });
}
