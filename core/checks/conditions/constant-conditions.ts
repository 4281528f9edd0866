import { evaluate } from '../../language/expression/evaluate.ts';
import { type Expression, ExpressionError, parseExpression } from '../../language/expression/parse.ts';
import { stepOf } from '../../run/expand-matrix.ts';
import type { Finding } from '../finding.ts';
import type { Known } from '../known.ts';

/** Finds conditions that read nothing, or compare a value with itself, so that they come out the same in every run. `if: false` switches a step off on purpose. */
export function findConstantConditions(known: Known): Finding[] {
  return known.steps.flatMap(({ id, within, if: condition }): Finding[] => {
    const comes = condition === undefined || condition === 'false' ? undefined : constantOf(condition);
    if (comes === undefined) return [];
    const place = { within, path: ['steps', stepOf(id), 'if'] };
    return [{ code: 'BAD_VALUE', reason: 'constant-condition', facts: { comes }, place, level: 'warning' }];
  });
}

function constantOf(condition: string): boolean | undefined {
  try {
    const expression = parseExpression(condition);
    if (expression.kind === 'binary' && textOf(expression.left) === textOf(expression.right)) {
      const { operator } = expression;
      if (['==', '<=', '>='].includes(operator)) return true;
      if (['!=', '<', '>'].includes(operator)) return false;
    }
    return readsNothing(expression) ? evaluate(expression, {}) === true : undefined;
  } catch (error) {
    if (error instanceof ExpressionError) return undefined;
    throw error;
  }
}

/** Functions read the outcomes of steps. */
function readsNothing(node: Expression): boolean {
  if (node.kind === 'unary') return readsNothing(node.operand);
  if (node.kind === 'binary') return readsNothing(node.left) && readsNothing(node.right);
  return node.kind === 'literal';
}

const textOf = (node: Expression): string =>
  JSON.stringify(node, (key, value: unknown) => (key === 'at' || key === 'end' ? undefined : value));
