import { z } from 'zod';
import { rowFindingCodes } from '../../core/words/row-findings.ts';
import { named, real } from './fields.ts';

/** What a person should know of a row that is learned; `core/words/row-findings.ts` has the words. */
export const rowFinding = named(
  'RowFinding',
  z.strictObject({
    code: z.enum(rowFindingCodes).meta({ python: 'str' }),
    row: z.string().describe('Its place, as `file:line`.'),
    what: z.string().describe('The kind of a secret or of personal data, never the text itself; the special token.'),
    issuer: z.string().nullable().describe('Who issued a secret, where its form tells.'),
    role: z.string().nullable().describe('Whose message has it.'),
    like: z.string().nullable().describe('The earlier row that it nearly repeats.'),
    similarity: real.nullable(),
  }),
);
