import { kindWords } from '../../core/words/row-findings.ts';
import type { Format } from './format.ts';

/** What `prepare` found of rows. */
export const rowsIn = ({ number }: Format) => ({
  languages: 'languages',
  language: (code: string, rows: number) => `${code} ${number(rows)}`,
  between: ', ',
  lengths: 'tokens of a row',
  lengthsOf: (median: number, longest: number, estimated: boolean) =>
    `${number(median)} in the median, ${number(longest)} at most${estimated ? ' (estimates)' : ''}`,
  learned: 'tokens that are learned',
  share: (part: number) => `${number(Math.round(100 * part))} %`,
  leaks: (rows: number) => `Rows that ask the exam, left out: ${number(rows)}`,
  sameAnswers: (rows: number) => `Rows that have the answer of a question of the exam: ${number(rows)}`,
  near_duplicate: (rows: number) => `Rows that nearly repeat an earlier one: ${number(rows)}`,
  secret: (rows: number) => `Rows with secrets: ${number(rows)}`,
  personal: (rows: number) => `Rows with personal data: ${number(rows)}`,
  special_token: (rows: number) => `Rows with special tokens spelled out in their text: ${number(rows)}`,
  like: (row: string, other: string, similarity: string) => `${row}: like ${other}, similarity ${similarity}`,
  holds: (row: string, role: string, what: string, issuer: string | null) =>
    `${row}: ${kindWords(what)}${issuer ? ` of ${issuer}` : ''} in the ${role}'s message`,
  spells: (row: string, role: string, token: string) => `${row}: ${token} in the ${role}'s message`,
});
