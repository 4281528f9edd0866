import type { RunState, Word } from '../core/run/run-state.ts';
import type { Pins, SavedCheckpoint } from './activities.ts';

/**
 * The queries, signals and updates of a run: their names on the wire, and the types of what goes with each. The workflow
 * bundle, the CLI and the activities all import this file, so it imports no package.
 */

export const stateQuery = 'state';
export const pinsQuery = 'pins';

export interface Queries {
  [stateQuery]: RunState;
  /** What `resume` of a closed run needs besides the state; null before the first activity has ended. */
  [pinsQuery]: Pins | null;
}

export const checkpointSavedSignal = 'checkpointSaved';
export const pauseSignal = 'pause';
export const resumeSignal = 'resume';

/** The arguments of each signal. */
export interface Signals {
  [checkpointSavedSignal]: [saved: SavedCheckpoint];
  [pauseSignal]: [];
  [resumeSignal]: [];
}

/** Each word is an update of that name, for a step that waits for a person. It returns a sentence about what it did. */
export const words: readonly Word[] = ['approve', 'reject', 'retry', 'skip'];

export interface PersonAnswer {
  /** The step's id; may be left out where only one step waits for this word. */
  step?: string;
  /** Kept in the run's record. */
  comment?: string;
  /** The person who answers. */
  by?: string;
}

/** Characters that each key of an answer may hold. */
export const maxAnswerLength: Readonly<Record<keyof PersonAnswer, number>> = { step: 200, comment: 2000, by: 200 };
