import { z } from 'zod';
import { rowNoteCodes } from '../../core/words/row-notes.ts';
import { named, whole } from './fields.ts';

/** Rows that a training learns in another form than they have; `core/words/row-notes.ts` has the words. */
export const rowNote = named(
  'RowNote',
  z.strictObject({
    code: z.enum(rowNoteCodes).meta({ python: 'str' }),
    rows: whole,
    where: z.array(z.string()),
    detail: z.string().nullable(),
  }),
);
