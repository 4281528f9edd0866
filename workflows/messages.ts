import { defineQuery, defineSignal } from '@temporalio/workflow';
import type { Pins, SavedCheckpoint } from '../activities/contract.ts';
import type { RunState } from '../core/run-state.ts';

export const stateQuery = defineQuery<RunState>('state');
/** What `resume` of a closed run needs besides the state. */
export const pinsQuery = defineQuery<Pins | null>('pins');
export const checkpointSaved = defineSignal<[SavedCheckpoint]>('checkpointSaved');
export const pauseSignal = defineSignal('pause');
export const resumeSignal = defineSignal('resume');
