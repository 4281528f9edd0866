import { expressionMessage } from '../../words/diagnostics/expressions.ts';
import type { ExpressionProblem } from './problems.ts';

/** A mistake in an expression. `at` and `end` are offsets into its own text; the message is the problem in words. */
export class ExpressionError extends Error {
  readonly problem: ExpressionProblem;
  readonly at: number;
  readonly end: number;
  constructor(problem: ExpressionProblem, at: number, end: number = at + 1) {
    super(expressionMessage(problem));
    this.problem = problem;
    this.at = at;
    this.end = Math.max(end, at + 1);
  }

  /** The same mistake in a text that begins earlier. */
  movedBy(offset: number): ExpressionError {
    return new ExpressionError(this.problem, this.at + offset, this.end + offset);
  }
}
