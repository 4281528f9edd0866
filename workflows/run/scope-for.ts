import type { StepInstance } from '../../core/run/expand-matrix.ts';
import { scopeOf } from '../../core/run/run-scope.ts';
import type { Run } from './run-parts.ts';

/** What the expressions of a step may read now. */
export function scopeFor(run: Run, step: Pick<StepInstance, 'needs' | 'matrix'>, failure = false) {
  return scopeOf(step, {
    inputs: run.plan.inputs,
    run: { id: run.id, pipeline: run.plan.pipeline },
    instances: run.instances,
    ended: (id) => {
      const entry = run.state.steps[id];
      if (entry && entry.state !== 'waiting' && entry.state !== 'running') return { ...entry, state: entry.state };
      // One that is made again has still ended well.
      return entry?.outputs ? { outputs: entry.outputs, state: 'succeeded' } : undefined;
    },
    failure,
  });
}
