import type { Word } from '../core/run/run-state.ts';

/**
 * The names on the wire of the workflow and of its queries, signals and updates; `message-schemas.ts` has what goes with
 * each. The workflow bundle imports this file, so it imports no package.
 */

export const runPipelineType = 'runPipeline';

export const stateQuery = 'state';
export const pinsQuery = 'pins';

export const checkpointSavedSignal = 'checkpointSaved';
export const pauseSignal = 'pause';
export const resumeSignal = 'resume';

/** Each word is an update of that name, for a step that waits for a person. It returns a sentence about what it did. */
export const words: readonly Word[] = ['approve', 'reject', 'retry', 'skip'];

/** Characters that each key of an answer may hold. */
export const maxAnswerLength = { step: 200, comment: 2000, by: 200 } as const;
