import { z } from 'zod';
import { runStateSchema } from '../core/run/schemas/state.ts';
import { pinsSchema, savedCheckpointSchema } from './activities.ts';
import {
  checkpointSavedSignal,
  maxAnswerLength,
  pauseSignal,
  pinsQuery,
  resumeSignal,
  stateQuery,
} from './messages.ts';

/** The results of the queries. */
export const querySchemas = {
  [stateQuery]: runStateSchema,
  /** What `resume` of a closed run needs besides the state; null before the first activity has ended. */
  [pinsQuery]: pinsSchema.nullable(),
};
export type Queries = { [Q in keyof typeof querySchemas]: z.infer<(typeof querySchemas)[Q]> };

/** The arguments of the signals. */
export const signalSchemas = {
  [checkpointSavedSignal]: z.tuple([savedCheckpointSchema]),
  [pauseSignal]: z.tuple([]),
  [resumeSignal]: z.tuple([]),
};
export type Signals = { [S in keyof typeof signalSchemas]: z.infer<(typeof signalSchemas)[S]> };

const answerText = (key: keyof typeof maxAnswerLength) => z.string().max(maxAnswerLength[key]).exactOptional();

/** The argument of each update. */
export const personAnswerSchema = z.strictObject({
  /** The step's id; may be left out where only one step waits for this word. */
  step: answerText('step'),
  /** Kept in the run's record. */
  comment: answerText('comment'),
  /** The person who answers. */
  by: answerText('by'),
});
export type PersonAnswer = z.infer<typeof personAnswerSchema>;
