import { type Expression, ExpressionError, parseExpression } from '../language/expression/parse.ts';
import type { EndState } from './run-state.ts';

/** The values of `steps.x.outcome`. A reused result is a success. */
export const outcomes = ['succeeded', 'failed', 'skipped', 'cancelled', 'blocked'] as const;
export type Outcome = (typeof outcomes)[number];

export const outcomeOf = (state: EndState): Outcome => (state === 'reused' ? 'succeeded' : state);

/** Returns the outcome of a step with a matrix: the worst of its instances; skipped if all were. */
export function jointOutcome(states: readonly EndState[]): Outcome {
  for (const outcome of ['failed', 'blocked', 'cancelled'] as const) if (states.includes(outcome)) return outcome;
  return states.length > 0 && states.every((state) => state === 'skipped') ? 'skipped' : 'succeeded';
}

/** Returns true if a condition reads how other steps ended. It is then evaluated even if a step that it needs has failed. */
export function readsOutcomes(condition: string): boolean {
  try {
    return hasOutcome(parseExpression(condition));
  } catch (error) {
    if (error instanceof ExpressionError) return false;
    throw error;
  }
}

export const isOutcome = ({ path }: { path: readonly string[] }) =>
  path.length === 3 && path[0] === 'steps' && path[2] === 'outcome';

function hasOutcome(expression: Expression): boolean {
  switch (expression.kind) {
    case 'literal':
      return false;
    case 'name':
      return isOutcome(expression);
    case 'call':
      return expression.name === 'always' || expression.name === 'failure' || expression.args.some(hasOutcome);
    case 'unary':
      return hasOutcome(expression.operand);
    case 'binary':
      return hasOutcome(expression.left) || hasOutcome(expression.right);
  }
}
