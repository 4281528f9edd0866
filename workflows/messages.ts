import { defineQuery, defineSignal, defineUpdate } from '@temporalio/workflow';
import type { RunState } from '../core/run/run-state.ts';
import type { Pins, SavedCheckpoint } from '../protocol/activities.ts';

export const stateQuery = defineQuery<RunState>('state');
/** What `resume` of a closed run needs besides the state. */
export const pinsQuery = defineQuery<Pins | null>('pins');
export const checkpointSaved = defineSignal<[SavedCheckpoint]>('checkpointSaved');
export const pauseSignal = defineSignal('pause');
export const resumeSignal = defineSignal('resume');

/** What a person says to a step that waits for a word of theirs. */
export interface Saying {
  /** The step's id; may be left out where only one waits for this word. */
  step?: string;
  /** For the record. */
  comment?: string;
  /** Who says so. */
  by?: string;
}
const word = (name: 'approve' | 'reject' | 'retry' | 'skip') => defineUpdate<string, [Saying | undefined]>(name);
/** Each answers with what it did, in words; refused at once where no step waits for it. */
export const wordUpdates = {
  approve: word('approve'),
  reject: word('reject'),
  retry: word('retry'),
  skip: word('skip'),
};
