import { z } from 'zod';
import type { StepFailure } from '../../errors/catalogue.ts';
import { handleSchema, jsonSchema } from '../../handles.ts';
import { kindSchema, type PlannedKind } from '../../kinds/registry.ts';
import { reasonSchema } from '../../reasons.ts';

const text = z.string();
/** Milliseconds since 1970. */
const time = z.number();

export const outputsSchema = z.record(text, z.union([handleSchema, jsonSchema])).readonly();
export type Outputs = z.infer<typeof outputsSchema>;

/** Codes are not listed: a resumed run may have failed with one that this version no longer has. */
const failureSchema: z.ZodType<StepFailure> = z.object({
  code: z.custom<StepFailure['code']>((code) => typeof code === 'string'),
  message: text,
  remedy: text,
});

/** The answers of a person to a step that waits for them. */
export const wordSchema = z.enum(['approve', 'reject', 'retry', 'skip']);
export type Word = z.infer<typeof wordSchema>;

/** A step's question to a person. */
const waitsForSchema = z.object({
  words: z.array(wordSchema).readonly(),
  /** The question, or the failure. */
  about: text,
  /** The commands to type. */
  type: z.array(text).readonly(),
  since: time,
  /** The verdicts of the evaluations before it. */
  verdicts: z.array(text).readonly().exactOptional(),
  /** When silence becomes an answer, and which. */
  until: time.exactOptional(),
  silence: z.enum(['reject', 'approve']).exactOptional(),
});
export type WaitsFor = z.infer<typeof waitsForSchema>;

/** `for`: the step that could not read an artifact of this one. */
const madeAgainSchema = z.object({ for: text, because: reasonSchema });
export type MadeAgain = z.infer<typeof madeAgainSchema>;

/** Facts of a step in any state. `step-transitions.ts` computes the next state. */
const facts = {
  uses: kindSchema<PlannedKind>(),
  /** The run of a step of kind `pipeline`. */
  run: text.exactOptional(),
  /** One line about how it ended. */
  summary: text.exactOptional(),
  /** Why it runs, or why it need not. */
  because: reasonSchema.exactOptional(),
  /** Why it ran again after it had succeeded: which step could not read its output, and what was wrong. */
  madeAgain: z.array(madeAgainSchema).readonly().exactOptional(),
  startedAt: time.exactOptional(),
  endedAt: time.exactOptional(),
};
const factsSchema = z.object(facts).readonly();
export type StepFacts = z.infer<typeof factsSchema>;

/** The published results of a step; while it runs again, those of before. */
const published = {
  outputs: outputsSchema.exactOptional(),
  /** The outputs of all steps together are too large for one payload; they are in the step's folder. */
  outputsLeftOut: z.literal(true).exactOptional(),
  /** Digests of all artifacts that the step published, also of those that are not outputs. */
  artifacts: z.array(text).readonly().exactOptional(),
};
const publishedSchema = z.object(published).readonly();
export type Published = z.infer<typeof publishedSchema>;

const waitsFor = waitsForSchema.exactOptional();
const failure = failureSchema.exactOptional();

const absent = z.never().exactOptional();
const noOther = {
  outputs: absent,
  outputsLeftOut: absent,
  artifacts: absent,
  waitsFor: absent,
  failure: absent,
  reusedFrom: absent,
};

/** The keys of other states are `never`: no step can be given them, and a reader may ask any step for them. */
const step = <State extends string, Own extends z.ZodRawShape>(state: State, own: Own) =>
  z.object({ ...facts, ...(noOther as Omit<typeof noOther, keyof Own>), ...own, state: z.literal(state) }).readonly();

/** It has not started, a pause has stopped it, or it waits for a person; `failure` is set if it waits for `retry` or `skip`. */
const waiting = step('waiting', { ...published, waitsFor, failure });
const running = step('running', published);
const succeeded = step('succeeded', published);
/** `reusedFrom`: the run that computed the result; for a pipeline that ran as a step, the run since which nothing in it has changed. */
const reused = step('reused', { ...published, reusedFrom: text });
/** Its condition was false, a person has skipped it, or a step that it needs was skipped. */
const skipped = step('skipped', {});
/** `outputs`: for a rejected approval, who rejected it and why. */
const failed = step('failed', { ...published, failure: failureSchema });
/** A step that it needs did not succeed. */
const blocked = step('blocked', {});
/** `failure`: of a step that waited for `retry` or `skip`. */
const cancelled = step('cancelled', { failure });

export type WaitingStep = z.infer<typeof waiting>;
export type RunningStep = z.infer<typeof running>;
export type SucceededStep = z.infer<typeof succeeded>;
export type ReusedStep = z.infer<typeof reused>;
export type SkippedStep = z.infer<typeof skipped>;
export type FailedStep = z.infer<typeof failed>;
export type BlockedStep = z.infer<typeof blocked>;
export type CancelledStep = z.infer<typeof cancelled>;

export const stepStateSchema = z.union([waiting, running, succeeded, reused, skipped, failed, blocked, cancelled]);

/** The origin of a rerun. `from`: this step and all after it are not reused. */
export const rerunSchema = z.object({ of: text, from: text.exactOptional() });
export type Rerun = z.infer<typeof rerunSchema>;

export const runStateSchema = z.object({
  runId: text,
  pipeline: text,
  /** `terminated`: a person terminated the workflow in Temporal, which the run itself cannot record. */
  status: z.enum(['running', 'paused', 'succeeded', 'failed', 'cancelled', 'terminated']),
  steps: z.record(text, stepStateSchema).readonly(),
  startedAt: time,
  endedAt: time.exactOptional(),
  rerun: rerunSchema.exactOptional(),
  /** Intermediates whose bytes the run deleted at its end, as `keep` says. */
  dropped: z.object({ artifacts: z.number(), bytes: z.number() }).exactOptional(),
  /** Outputs of the document, for a pipeline that runs it as a step. */
  outputs: outputsSchema.exactOptional(),
  /** Why no step could start. */
  failure: failureSchema.exactOptional(),
});
export type RunState = z.infer<typeof runStateSchema>;
