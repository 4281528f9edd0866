import { defineQuery, defineSignal, defineUpdate } from '@temporalio/workflow';
import type { Word } from '../core/run/run-state.ts';
import type { PersonAnswer, Queries, Signals } from '../protocol/message-schemas.ts';
import * as names from '../protocol/messages.ts';

export const stateQuery = defineQuery<Queries['state']>(names.stateQuery);
export const pinsQuery = defineQuery<Queries['pins']>(names.pinsQuery);
export const checkpointSaved = defineSignal<Signals['checkpointSaved']>(names.checkpointSavedSignal);
export const pauseSignal = defineSignal<Signals['pause']>(names.pauseSignal);
export const resumeSignal = defineSignal<Signals['resume']>(names.resumeSignal);

/** Each returns a sentence about what it did, and is refused at once where no step waits for the word. */
export const wordUpdate = (word: Word) => defineUpdate<string, [answer?: PersonAnswer]>(word);
