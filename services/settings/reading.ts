import type { ValueProblem } from '../../core/setting-problems.ts';

export type Environment = Readonly<Record<string, string | undefined>>;

/** What a value means, or why it means nothing. */
export type Reading<T> = { value: T } | { problem: ValueProblem };

/** What Unicode and Go call white space, at either end. */
const ends =
  /^[\t-\r \u0085\u00a0\u1680\u2000-\u200a\u2028\u2029\u202f\u205f\u3000]+|[\t-\r \u0085\u00a0\u1680\u2000-\u200a\u2028\u2029\u202f\u205f\u3000]+$/g;

/** A value without the spaces and quotes around it, which `.env` files and copied lines leave there. */
export const withoutQuotes = (text: string): string =>
  text
    .replace(ends, '')
    .replace(/^["']+|["']+$/g, '')
    .replace(ends, '');
