import type { Json } from '../../handles.ts';

/** What an argument must be. `numbers`: a list of them; `list`: one of anything. */
export type Argument = 'string' | 'number' | 'numbers' | 'list' | 'any';

export interface FunctionDefinition {
  args: readonly Argument[];
  /** `item`: what the last argument is a list of. */
  result: 'string' | 'number' | 'boolean' | 'item';
  description: string;
  /** May stand only in the `if` of a step: it asks how the steps before have ended. */
  onlyIf?: true;
  /** Undefined where there is nothing to choose from. Those of `if` are answered from the scope. */
  apply?: (...args: never[]) => Json | undefined;
}

/** Functions of the language. All are pure; dates, randomness and the environment are left out on purpose. */
export const functions: Readonly<Record<string, FunctionDefinition>> = {
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
  json: {
    args: ['any'],
    result: 'string',
    description: 'Any value as JSON text, to hand a list or an artifact to a command.',
    apply: (value: Json) => JSON.stringify(value),
  },
  count: { args: ['list'], result: 'number', description: 'How long a list is.', apply: (list: Json[]) => list.length },
  min_by: {
    args: ['numbers', 'list'],
    result: 'item',
    description:
      'The element of the second list at the place of the smallest number of the first. Places without a number do not take part; of equal ones the first is taken.',
    apply: (numbers: Json[], items: Json[]) => itemBy(numbers, items, (a, b) => a < b),
  },
  max_by: {
    args: ['numbers', 'list'],
    result: 'item',
    description: 'The same for the largest number.',
    apply: (numbers: Json[], items: Json[]) => itemBy(numbers, items, (a, b) => a > b),
  },
  always: {
    args: [],
    result: 'boolean',
    onlyIf: true,
    description: 'True: the step runs however the steps that it needs have ended.',
  },
  failure: {
    args: [],
    result: 'boolean',
    onlyIf: true,
    description: 'Whether a step that it needs, directly or through others, has failed.',
  },
};

function itemBy(numbers: readonly Json[], items: readonly Json[], isBetter: (a: number, b: number) => boolean) {
  let best: number | undefined;
  let item: Json | undefined;
  numbers.forEach((number, index) => {
    if (typeof number !== 'number' || (best !== undefined && !isBetter(number, best))) return;
    best = number;
    item = items[index];
  });
  return item;
}
