import assert from 'node:assert/strict';
import type { Json } from '../../core/handles.ts';
import { type ResolvedStep, resolveStep, withDefaults } from '../../core/kinds/options/resolve-options.ts';
import type { StepKind } from '../../core/kinds/registry.ts';

/** A step with these options as a plan has it, and as an activity gets it when no expression is left. */
export function resolvedStep<K extends StepKind>(kind: K, options: object): ResolvedStep<K> {
  const { step, problem } = resolveStep(kind, withDefaults(kind, options as Json));
  assert.ok(step, problem && `${problem.option}: ${problem.message}`);
  return step;
}
