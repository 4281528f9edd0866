import type { Ingredients } from '../../../core/key-difference.ts';
import type { Reason } from '../../../core/reasons.ts';
import type { StepInput, StepResult } from '../../../protocol/activities.ts';

/** The key of a step and what it is made of. No key: the step is never reused. */
export interface Keyed {
  key?: string;
  ingredients?: Ingredients;
  /** The key under which an earlier version may have recorded the same step. */
  earlier?: () => Promise<string | undefined>;
}

/** Which step of which run asks for a result. Without a step, a result of the same run counts as its own. */
export type Asking = Pick<StepInput, 'runId' | 'pipeline' | 'pins'> & { step?: string };

/** What the store has under a key. `gone`: there was a result, and why it no longer counts. */
export interface Found {
  hit?: StepResult;
  gone?: Reason;
}
