import type { Json } from './handles.ts';

/** Functions of the language. All are pure; dates, randomness and the environment are left out on purpose. */
export const functions: Readonly<
  Record<
    string,
    {
      args: readonly ('string' | 'number')[];
      result: 'string' | 'number' | 'boolean';
      description: string;
      apply: (...args: never[]) => Json;
    }
  >
> = {
  contains: {
    args: ['string', 'string'],
    result: 'boolean',
    description: 'Whether the first text holds the second.',
    apply: (text: string, part: string) => text.includes(part),
  },
  starts_with: {
    args: ['string', 'string'],
    result: 'boolean',
    description: 'Whether the first text begins with the second.',
    apply: (text: string, part: string) => text.startsWith(part),
  },
  ends_with: {
    args: ['string', 'string'],
    result: 'boolean',
    description: 'Whether the first text ends with the second.',
    apply: (text: string, part: string) => text.endsWith(part),
  },
  min: {
    args: ['number', 'number'],
    result: 'number',
    description: 'The smaller of two numbers.',
    apply: (a: number, b: number) => Math.min(a, b),
  },
  max: {
    args: ['number', 'number'],
    result: 'number',
    description: 'The larger of two numbers.',
    apply: (a: number, b: number) => Math.max(a, b),
  },
  round: {
    args: ['number'],
    result: 'number',
    description: 'The nearest whole number.',
    apply: (a: number) => Math.round(a),
  },
  text: { args: ['number'], result: 'string', description: 'A number as text.', apply: (a: number) => String(a) },
};
