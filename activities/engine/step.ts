import type { ActivityKind } from '../../core/kinds/registry.ts';
import type { StepInput, StepResult } from '../../protocol/activities.ts';
import type { Deps } from './deps.ts';
import { StepAttempt } from './step-attempt.ts';
import type { StepContext, StepDone } from './step-context.ts';

/** Makes an activity of a step's body: options, reuse, ledger, heartbeats, staging and failures are the same for every kind. */
export function step<K extends ActivityKind>(
  kind: K,
  deps: Deps,
  body: (context: StepContext<K>) => Promise<StepDone<K>>,
) {
  return async (input: StepInput): Promise<StepResult> => {
    const attempt = new StepAttempt(kind, deps, input);
    try {
      return await attempt.execute(body);
    } catch (error) {
      throw await attempt.fail(error);
    } finally {
      await attempt.close();
    }
  };
}
