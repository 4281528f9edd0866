import type { NoFacts, ReasonOf } from '../coded-reason.ts';
import type { Suggestion } from '../spelling/suggest.ts';
import type { Type } from './types.ts';

/** Why an expression cannot be read, checked or evaluated. */
export interface ExpressionFacts {
  // Text
  'double-quotes': NoFacts;
  'unclosed-string': NoFacts;
  'single-equals': NoFacts;
  'unexpected-character': { character: string; operator?: string };
  'expression-too-long': { max: number };
  'expression-too-deep': { max: number };
  /** `found` is absent at the end of the expression. */
  'missing-token': { wanted: string; found?: string };
  'missing-value': { found?: string };
  /** `operator`: what this language writes for it. */
  'unexpected-token': { found: string; operator?: string };
  'unclosed-expression': NoFacts;
  // Types
  'wrong-type': { wanted: Type; actual: Type };
  'not-a-list': { ofNumbers: boolean; actual: Type };
  'list-in-operation': NoFacts;
  'list-in-text': NoFacts;
  'never-equal': { left: Type; right: Type };
  'unknown-outcome': { outcome: string; known: readonly string[] };
  'condition-with-braces': NoFacts;
  // Functions
  'unknown-function': { name: string } & Suggestion;
  'function-success': NoFacts;
  'function-outside-if': { name: string };
  'wrong-argument-count': { name: string; wanted: number; actual: number };
  'lists-of-two-steps': { name: string; steps: readonly [string, string] };
  'nothing-to-choose': { name: string; list?: string; isEmpty: boolean };
  'division-by-zero': NoFacts;
  // Names
  'unknown-context': { name: string } & Suggestion;
  'unknown-input': { name: string } & Suggestion;
  'unknown-run-field': { name: string } & Suggestion;
  'unknown-step': { name: string } & Suggestion;
  'step-as-context': { step: string };
  'input-as-context': { input: string };
  'incomplete-name': { context: string };
  'nothing-below': { name: string };
  'no-value': { name: string };
  // Outputs
  'not-an-output': { step: string } & Suggestion;
  'unknown-output': { step: string; output: string } & Suggestion;
  'no-outputs': { step: string; file?: string };
  'no-production': { step: string; output: string };
  'no-metric': { step: string; output: string };
  'no-judge': { step: string; output: string };
  'not-measured': { step: string; output: string };
  'step-without-output': { step: string; output: string; outcome: string };
  // Matrix
  'no-matrix': NoFacts;
  'unknown-matrix-key': { step?: string; key: string } & Suggestion;
  'key-missing-in-variant': { key: string; variant: string };
  'star-without-matrix': { step: string } & Suggestion;
  'matrix-without-star': { step: string; output?: string };
  'not-a-list-of-variants': { step: string };
  'outcome-of-variants': { step: string };
  // Secrets
  'secret-name': NoFacts;
  'secret-in-condition': NoFacts;
  'secret-outside-env': NoFacts;
  'secret-with-text': NoFacts;
  'secret-as-output': NoFacts;
  // Places
  'list-as-output': NoFacts;
  'known-too-late': { context: string };
}

export type ExpressionProblem = ReasonOf<ExpressionFacts>;
