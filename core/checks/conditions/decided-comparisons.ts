import { definitionOf } from '../../kinds/registry.ts';
import {
  type BinaryOperator,
  type Expression,
  ExpressionError,
  parseExpression,
} from '../../language/expression/parse.ts';
import { stepOf } from '../../run/expand-matrix.ts';
import type { Finding } from '../finding.ts';
import { type Known, type KnownStep, stepsNamed } from '../known.ts';

/** Finds conditions that compare an output with a number which it can never reach, or always has: a gate that never opens, or never closes. */
export function findDecidedComparisons(known: Known): Finding[] {
  return known.steps.flatMap((step) =>
    comparisonsIn(step).flatMap(([output, operator, number]): Finding[] => {
      const range = rangeOf(known, step, output);
      const comes = range && decide(range, operator, number);
      if (comes === undefined) return [];
      const facts = { output: output.join('.'), least: range![0], most: range![1], comes };
      const place = { within: step.within, path: ['steps', stepOf(step.id), 'if'] };
      return [{ code: 'BAD_VALUE', reason: 'decided-comparison', facts, place, level: 'warning' }];
    }),
  );
}

type Comparison = [output: readonly string[], operator: BinaryOperator, number: number];

const mirrored: Partial<Record<BinaryOperator, BinaryOperator>> = { '<': '>', '<=': '>=', '>': '<', '>=': '<=' };

/** The comparisons of an output with a number, turned so that the output stands on the left. */
function comparisonsIn(step: KnownStep): Comparison[] {
  const found: Comparison[] = [];
  const visit = (node: Expression): void => {
    if (node.kind === 'unary') visit(node.operand);
    if (node.kind !== 'binary') return;
    const { operator, left, right } = node;
    const [one, other] = [numberOf(left), numberOf(right)];
    if (left.kind === 'name' && other !== undefined) found.push([left.path, operator, other]);
    else if (right.kind === 'name' && one !== undefined) found.push([right.path, mirrored[operator] ?? operator, one]);
    visit(left);
    visit(right);
  };
  try {
    if (step.if !== undefined) visit(parseExpression(step.if));
  } catch (error) {
    if (!(error instanceof ExpressionError)) throw error;
  }
  return found;
}

function numberOf(node: Expression): number | undefined {
  if (node.kind === 'literal' && typeof node.value === 'number') return node.value;
  const inner = node.kind === 'unary' && node.operator === '-' ? numberOf(node.operand) : undefined;
  return inner === undefined ? undefined : -inner;
}

function rangeOf(known: Known, step: KnownStep, path: readonly string[]) {
  const [, , part, output] = path;
  if (part !== 'outputs' || output === undefined) return undefined;
  const [maker] = stepsNamed(known, step, path);
  return maker && definitionOf(maker.uses)?.ranges?.[output];
}

/** How the comparison comes out for every value of the range; undefined if it depends on the value. */
function decide(
  [least, most]: readonly [number, number],
  operator: BinaryOperator,
  number: number,
): boolean | undefined {
  const [atLeast, atMost] = [compare(least, operator, number), compare(most, operator, number)];
  if (operator === '==' || operator === '!=') return number < least || number > most ? operator === '!=' : undefined;
  return atLeast === atMost ? atLeast : undefined;
}

function compare(value: number, operator: BinaryOperator, number: number): boolean | undefined {
  if (operator === '<') return value < number;
  if (operator === '<=') return value <= number;
  if (operator === '>') return value > number;
  return operator === '>=' ? value >= number : undefined;
}
