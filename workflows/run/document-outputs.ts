import { fillOptions, type Scope } from '../../core/language/expression/evaluate.ts';
import { ExpressionError } from '../../core/language/expression/parse.ts';
import type { Plan } from '../../core/run/plan.ts';
import type { Outputs } from '../../core/run/run-state.ts';

/** What a document gives to a pipeline that runs it. One that reads what a skipped step would have made is left out. */
export function documentOutputs(declared: NonNullable<Plan['outputs']>, scope: Scope): Outputs {
  const values = Object.entries(declared).flatMap(([name, value]) => {
    try {
      return [[name, fillOptions(value, scope)]];
    } catch (error) {
      if (error instanceof ExpressionError) return [];
      throw error;
    }
  });
  return Object.fromEntries(values);
}
