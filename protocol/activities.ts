import { z } from 'zod';
import { handleSchema, jsonSchema } from '../core/handles.ts';
import { type ActivityKind, activityKinds, kindSchema } from '../core/kinds/registry.ts';
import { channelSchema } from '../core/language/document.ts';
import { reasonSchema } from '../core/reasons.ts';
import { notificationSchema } from '../core/run/schemas/notification.ts';
import { plannedExamSchema, planSchema } from '../core/run/schemas/plan.ts';
import { outputsSchema, rerunSchema, runStateSchema } from '../core/run/schemas/state.ts';

const text = z.string();
const flag = z.boolean();
const count = z.number();

/** Task queues; the names carry the id of a home. */
export const queuesSchema = z.object({
  /** Steps that use the device, one at a time. */
  gpu: text,
  /** Steps that do not use the device; some of them take hours. */
  cpu: text,
  /** Light work on files of one host, which waits for no step: pin, reuse, publishCheckpoint, record. */
  host: text,
});
export type Queues = z.infer<typeof queuesSchema>;

/**
 * `parts`: of a base model, whose digest is made of these files alone; runs of earlier versions pinned all that lay there.
 * `questions`: digest of the questions of an exam, by which evaluations of it are equal.
 */
const pinnedFileSchema = z.object({
  digest: text,
  size: count,
  parts: z.record(text, text).readonly().exactOptional(),
  questions: text.exactOptional(),
});
export type PinnedFile = z.infer<typeof pinnedFileSchema>;

/**
 * How the models of a training are converted, as a small model of the same kind has shown before it. `base` and `template`
 * are digests, `asked` is the option of the document. Without an `engine` nothing could be shown; `problem` says why.
 */
const pinnedRouteSchema = z.object({
  base: text,
  template: text.nullable(),
  type: text,
  asked: text,
  engine: z.enum(['ollama', 'llama.cpp']).exactOptional(),
  reason: text.exactOptional(),
  problem: text.exactOptional(),
  /** Version of the Ollama on which it was proven; absent if it was only converted. */
  ollama: text.exactOptional(),
  /** Digests of a tokenizer and of chats, whose tokens need not all be compared again. */
  shown: z.object({ tokenizer: text, chats: z.record(text, text) }).exactOptional(),
});
export type PinnedRoute = z.infer<typeof pinnedRouteSchema>;

/** A dataset of the Hub: its commit, and the files that hold the rows. `offline`: what this home had seen last. */
const pinnedRowsSchema = z.object({
  revision: text,
  files: z.array(z.object({ name: text, size: count, digest: text })).readonly(),
  offline: flag.exactOptional(),
});
export type PinnedRows = z.infer<typeof pinnedRowsSchema>;

/** What mutable names referred to when the run began. Paths are absolute. */
export const pinsSchema = z.object({
  files: z.record(text, pinnedFileSchema).readonly(),
  /**
   * Names of bases → commit, or the digest of the GGUF file. `offline`: the last commit this home had seen. `model`: what the
   * file was made into, and `quantization` the type of its weights.
   */
  bases: z
    .record(
      text,
      z.object({
        revision: text,
        architecture: text.exactOptional(),
        offline: flag.exactOptional(),
        model: handleSchema.exactOptional(),
        quantization: text.exactOptional(),
      }),
    )
    .readonly(),
  /** Datasets of the Hub, with the choice of their files. */
  datasets: z.record(text, pinnedRowsSchema).readonly().exactOptional(),
  /** Ollama names → manifest digest. */
  models: z.record(text, text).readonly(),
  /** Ollama names that trainings continue from → the adapter that the name served; null: none yet. */
  adapters: z.record(text, handleSchema.nullable()).readonly().exactOptional(),
  routes: z.array(pinnedRouteSchema).readonly().exactOptional(),
  /** Digest of the training libraries that the run began with. */
  environment: text.exactOptional(),
});
export type Pins = z.infer<typeof pinsSchema>;

const pinInputSchema = z.object({
  runId: text,
  plan: planSchema,
  reuse: flag,
  rerun: rerunSchema.exactOptional(),
  acceptVersions: flag.exactOptional(),
  /** Given when a closed run is resumed: nothing is resolved anew. */
  pins: pinsSchema.exactOptional(),
});
export type PinInput = z.infer<typeof pinInputSchema>;

export const stepResultSchema = z.object({
  outputs: outputsSchema,
  /** One line for people. */
  summary: text,
  key: text,
  /** Digests of all artifacts the step published, also of those that are no output. */
  artifacts: z.array(text).readonly(),
  reusedFrom: text.exactOptional(),
  /** Why it ran, or why it was not needed. */
  because: reasonSchema.exactOptional(),
});
export type StepResult = z.infer<typeof stepResultSchema>;

const pinResultSchema = z.object({
  pins: pinsSchema,
  /** Steps whose result an earlier run has, by ids of instances. */
  reused: z.record(text, stepResultSchema).readonly(),
  /** Why steps run that could have been reused, as far as it is known already. */
  because: z.record(text, reasonSchema).readonly().exactOptional(),
});
export type PinResult = z.infer<typeof pinResultSchema>;

const stepInputSchema = z.object({
  runId: text,
  pipeline: text.exactOptional(),
  step: text,
  uses: kindSchema<ActivityKind>(),
  /** Options with every expression filled in except secrets. */
  with: jsonSchema,
  pins: pinsSchema,
  reuse: flag,
  /** Why nothing is reused, where `reuse` is false. */
  because: reasonSchema.exactOptional(),
  /** Use the libraries at hand if those that the run began with are gone. */
  acceptVersions: flag.exactOptional(),
  /** Digest of an artifact of this step that is damaged or gone; the step has succeeded once it is whole again. */
  replaces: text.exactOptional(),
  /** How often a person has said `retry`; each time its failures count from zero. */
  retried: count.exactOptional(),
  /** Consecutive failures of the step itself without progress, after which it has failed. */
  maxAttempts: count,
  /** Minutes of work of all attempts together, after which it has failed. */
  timeoutMinutes: count.exactOptional(),
  /** Temporal's id of the run's first execution: failures and work are counted per resume, not per continued history. */
  execution: text.exactOptional(),
  /** The exams that will judge what this step learns. Their files are pinned. */
  exams: z.array(plannedExamSchema).readonly().exactOptional(),
});
export type StepInput = z.infer<typeof stepInputSchema>;

/** One saved checkpoint of a running training, on the disk of the host whose queue is named. */
export const savedCheckpointSchema = z.object({
  runId: text,
  step: text,
  checkpoint: count,
  path: text,
  /** The best one so far if it is an older one; another host must be able to select it. */
  best: z.object({ checkpoint: count, path: text }).exactOptional(),
  keep: count,
  queue: text,
});
export type SavedCheckpoint = z.infer<typeof savedCheckpointSchema>;

const pauseScheduleInputSchema = z.object({
  runId: text,
  schedule: text,
  /** Consecutive failed runs after which the schedule pauses. */
  pauseOnFailure: count,
});
export type PauseScheduleInput = z.infer<typeof pauseScheduleInputSchema>;

const notifyInputSchema = z.object({
  channel: channelSchema,
  notification: notificationSchema,
  /** Path of the document; a program runs in its folder. */
  document: text,
});
export type NotifyInput = z.infer<typeof notifyInputSchema>;

/** The argument of the workflow that sends a notification. `queue`: of the host whose programs and secrets it uses. */
export const notifyWorkflowInputSchema = notifyInputSchema.extend({ queue: text, heartbeat: text.optional() });
export type NotifyWorkflowInput = z.infer<typeof notifyWorkflowInputSchema>;

/** Intermediates that a run dropped at its end. `bytes` comes from their manifests. */
const prunedSchema = z.object({ artifacts: count, bytes: count });
export type Pruned = z.infer<typeof prunedSchema>;

/** Temporal's payload for nothing is null. */
const nothing = z.void().or(z.null());

/** The activities that are no steps. */
const hostActivitySchemas = {
  pin: { input: pinInputSchema, result: pinResultSchema },
  /** Returns the result of an equal step that ran before, if its artifacts are still there. */
  reuse: { input: stepInputSchema, result: stepResultSchema.nullable() },
  /** Verifies a checkpoint and publishes it to the store; null if the training has pruned it meanwhile. */
  publishCheckpoint: { input: savedCheckpointSchema, result: handleSchema.nullable() },
  /** Drops the bytes of proven intermediates of a run that has succeeded. */
  prune: { input: z.object({ runId: text }), result: prunedSchema },
  /** Writes the run's record, which outlives Temporal's own history. */
  record: { input: runStateSchema, result: nothing },
  /** Pauses a schedule after that many consecutive failures, counted from the runs' records; returns whether it did. */
  pauseSchedule: { input: pauseScheduleInputSchema, result: flag },
  /** Sends a notification, as the document's `on_failure` or `on_waiting` says. */
  notify: { input: notifyInputSchema, result: nothing },
};
type StepSchemas = { [K in ActivityKind]: { input: typeof stepInputSchema; result: typeof stepResultSchema } };

/** What each activity takes and returns; a step's activity has the name of its kind. */
export const activitySchemas = {
  ...(Object.fromEntries(
    activityKinds.map((kind) => [kind, { input: stepInputSchema, result: stepResultSchema }]),
  ) as StepSchemas),
  ...hostActivitySchemas,
};

type Schemas = typeof activitySchemas;
export type Activities = { [A in keyof Schemas]: (input: z.infer<Schemas[A]['input']>) => Promise<Result<A>> };
type Result<A extends keyof Schemas> = z.infer<Schemas[A]['result']>;
