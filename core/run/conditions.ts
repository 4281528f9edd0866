import { type Expression, ExpressionError, parseExpression } from '../language/expression/parse.ts';
import type { EndState } from './run-state.ts';

/** What `steps.x.outcome` may be. A result that was reused counts as its own success. */
export const outcomes = ['succeeded', 'failed', 'skipped', 'cancelled', 'blocked'] as const;
export type Outcome = (typeof outcomes)[number];

export const outcomeOf = (state: EndState): Outcome => (state === 'reused' ? 'succeeded' : state);

/** The outcome of a step with a matrix: the worst that one of its instances came to; skipped when all were. */
export function jointOutcome(states: readonly EndState[]): Outcome {
  for (const outcome of ['failed', 'blocked', 'cancelled'] as const) if (states.includes(outcome)) return outcome;
  return states.length > 0 && states.every((state) => state === 'skipped') ? 'skipped' : 'succeeded';
}

/** Whether a condition is asked however the needs of its step have ended: it says itself when it holds. */
export function decidesItself(condition: string): boolean {
  try {
    return asksForEnds(parseExpression(condition));
  } catch (error) {
    if (error instanceof ExpressionError) return false;
    throw error;
  }
}

export const isOutcome = ({ path }: { path: readonly string[] }) =>
  path.length === 3 && path[0] === 'steps' && path[2] === 'outcome';

function asksForEnds(expression: Expression): boolean {
  switch (expression.kind) {
    case 'literal':
      return false;
    case 'name':
      return isOutcome(expression);
    case 'call':
      return expression.name === 'always' || expression.name === 'failure' || expression.args.some(asksForEnds);
    case 'unary':
      return asksForEnds(expression.operand);
    case 'binary':
      return asksForEnds(expression.left) || asksForEnds(expression.right);
  }
}
