import { z } from 'zod';
import { coded } from '../coded.ts';

/** Why a written row is not used unless a person accepts it. Review files keep these: a code stays, and so do its facts. */
export const rowProblem = z.discriminatedUnion('code', [
  coded('empty', {}),
  /** `words`: those that point. */
  coded('points_at_text', { words: z.string() }),
  coded('no_answer', {}),
  coded('echo', {}),
  /** Shares of the answer, from 0 to 1. */
  coded('unsupported', { support: z.number(), least: z.number() }),
  coded('strange_number', { numbers: z.array(z.string()) }),
  coded('not_answerable', {}),
  coded('too_many', { most: z.number() }),
  /** The id of the row that asks the same. */
  coded('duplicate', { of: z.string() }),
]);
export type RowProblem = z.output<typeof rowProblem>;
