import { z } from 'zod';
import type { Deps } from '../../../activities/engine/deps.ts';
import { step } from '../../../activities/engine/step.ts';
import { type ActivityKind, stepOptions } from '../../../core/kinds/registry.ts';
import type { StepInput, StepResult } from '../../../protocol/activities.ts';

/** A kind of this bench alone: no document can name it, and only the bench's own worker knows it. */
export const noopKind = 'noop' as ActivityKind;

export interface NoopOptions {
  n: number;
  /** Makes the key another one in each run, so that nothing is reused. */
  salt: string;
  /** What the steps before have put out. */
  after: readonly number[];
}

/** Goes the whole way of a step (options, key, look for something to reuse, ledger, record, outcome) and does nothing on it. */
export function noop(deps: Deps): (input: StepInput) => Promise<StepResult> {
  Object.assign(stepOptions, {
    [noopKind]: z.strictObject({ n: z.number().int(), salt: z.string(), after: z.array(z.number()) }),
  });
  return step(noopKind, deps, async ({ options }) => ({
    outputs: { n: (options as unknown as NoopOptions).n },
    summary: 'did nothing',
  }));
}
