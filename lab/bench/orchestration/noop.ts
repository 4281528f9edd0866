import { z } from 'zod';
import type { Deps } from '../../../activities/engine/deps.ts';
import { step } from '../../../activities/engine/step.ts';
import { type ActivityKind, definitions, stepOptions } from '../../../core/kinds/registry.ts';
import type { StepInput, StepResult } from '../../../protocol/activities.ts';

/** A kind for the bench only: no document can name it, and only the bench's worker knows it. */
export const noopKind = 'noop' as ActivityKind;

interface NoopOptions {
  n: number;
  /** Differs in each run, so that no step is reused. */
  salt: string;
  /** Outputs of the steps before. */
  after: readonly number[];
}

/** A step that does everything a step does (options, key, search for reuse, ledger, record, outcome), with an empty body. */
export function noop(deps: Deps): (input: StepInput) => Promise<StepResult> {
  const options = z.strictObject({ n: z.number().int(), salt: z.string(), after: z.array(z.number()) });
  Object.assign(definitions, { [noopKind]: { ...definitions.run, options } });
  Object.assign(stepOptions, { [noopKind]: options });
  return step(noopKind, deps, async (context) => ({
    outputs: { n: (context.options as unknown as NoopOptions).n },
    summary: 'did nothing',
  }));
}
