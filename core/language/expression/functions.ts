import type { Json } from '../../handles.ts';

/** Type of an argument. `numbers`: a list of numbers; `list`: a list of any type. */
export type Argument = 'string' | 'number' | 'numbers' | 'list' | 'any';

export interface FunctionDefinition {
  args: readonly Argument[];
  /** `item`: the type of the elements of the last argument. */
  result: 'string' | 'number' | 'boolean' | 'item';
  description: string;
  /** Allowed only in the `if` of a step, because it asks how earlier steps have ended. */
  onlyIf?: true;
  /** Returns undefined where there is nothing to choose from. The scope answers the functions of `if`. */
  apply?: (...args: never[]) => Json | undefined;
}

/** Functions of the language. All are pure: without dates, randomness and the environment, the same inputs always mean the same run. */
export const functions: Readonly<Record<string, FunctionDefinition>> = {
  contains: {
    args: ['string', 'string'],
    result: 'boolean',
    description: 'Whether the first text contains the second.',
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
    description: 'Any value as JSON text, to pass a list or an artifact to a command.',
    apply: (value: Json) => JSON.stringify(value),
  },
  count: { args: ['list'], result: 'number', description: 'Length of a list.', apply: (list: Json[]) => list.length },
  min_by: {
    args: ['numbers', 'list'],
    result: 'item',
    description:
      'The element of the second list at the position of the smallest number in the first. Positions without a number are ignored; of equal numbers the first counts.',
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
    description: 'True: the step runs whatever the outcome of the steps that it needs.',
  },
  failure: {
    args: [],
    result: 'boolean',
    onlyIf: true,
    description: 'Whether a step that this step needs, directly or through others, has failed.',
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
