import { z } from 'zod';
import { jsonSchema } from '../../handles.ts';
import { kindSchema, type PlannedKind } from '../../kinds/registry.ts';
import { channelSchema, keepSchema, retrySchema } from '../../language/document.ts';

/** Raised when temper can no longer execute the plans of an older version as they were meant. */
export const planVersion = 2;

const text = z.string();
const scalar = z.union([text, z.number(), z.boolean()]);

/** The options of a thousand variants differ in a few values, so only these are stored for each variant. */
const plannedMatrixSchema = z.object({
  max_parallel: z.number().exactOptional(),
  fail_fast: z.boolean(),
  /** Paths in `with` of the values that read the matrix. */
  paths: z.array(z.array(z.union([text, z.number()])).readonly()).readonly(),
  variants: z
    .array(
      z.object({
        /** The part after `@` of the instance's id. */
        name: text,
        values: z.record(text, scalar).readonly(),
        /** The value for each of `paths`. */
        with: z.array(jsonSchema).readonly(),
      }),
    )
    .readonly(),
});
export type PlannedMatrix = z.infer<typeof plannedMatrixSchema>;

/** An exam: the step that holds it, the file of its questions, and the judged models that the document names. */
export const plannedExamSchema = z.object({ step: text, prompts: text, models: z.array(text).readonly() });
export type PlannedExam = z.infer<typeof plannedExamSchema>;

const stepSchema = z.object({
  id: text,
  uses: kindSchema<PlannedKind>(),
  /** Every option, also defaults, with inputs filled in and paths absolute. Expressions that read steps or secrets are not evaluated yet. */
  with: jsonSchema,
  /** Who executes it: the activity with the kind's name, a person who is asked, or a run of its own. */
  executor: z.enum(['activity', 'person', 'pipeline']),
  /** How long its worker may stay silent before the attempt counts as lost. Absent if no activity executes it. */
  heartbeat_timeout: text.exactOptional(),
  /** It saves its progress when it is stopped, so a pause stops it. */
  keeps_progress: z.literal(true).exactOptional(),
  /** It acts in every run, so its result is never reused. */
  acts_each_time: z.literal(true).exactOptional(),
  /** It proves the result of intermediate artifacts, which a succeeded run may then delete. */
  proves: z.literal(true).exactOptional(),
  needs: z.array(text).readonly(),
  if: text.exactOptional(),
  /** The step is executed once per variant; `instancesOf` lists them. */
  matrix: plannedMatrixSchema.exactOptional(),
  /** Its failure neither fails the run nor blocks the steps that need it. */
  continue_on_error: z.literal(true).exactOptional(),
  /** Minutes of work of all its attempts. */
  timeout_minutes: z.number().exactOptional(),
  retry: retrySchema,
  /** `gpu` takes the device slot of a GPU worker, `cpu` one of the slots beside it. */
  queue: z.enum(['gpu', 'cpu']),
  reuse: z.boolean(),
  /** The exams that will judge what a step learns from its rows. */
  exams: z.array(plannedExamSchema).readonly().exactOptional(),
});

export type PlannedStep = z.infer<typeof stepSchema> & {
  /** The plan that a step of kind `pipeline` runs, with its inputs filled in. */
  plan?: Plan;
};

const headSchema = z.object({
  version: z.literal(planVersion),
  pipeline: text,
  inputs: z.record(text, scalar).readonly(),
  keep: keepSchema,
  /** Absent: a failed run sends no notification. */
  on_failure: channelSchema.exactOptional(),
  /** Absent: a run that waits for a person sends none. */
  on_waiting: channelSchema.exactOptional(),
  /** `fail`: a step that has finally failed blocks the steps that need it. `wait`: the run waits for a person. */
  on_step_failure: z.enum(['fail', 'wait']),
  /** Readable for a pipeline that runs this one as a step. Expressions that read steps are not evaluated yet. */
  outputs: z.record(text, jsonSchema).readonly().exactOptional(),
  document: z.object({ path: text, text }),
});

/**
 * What a run executes: plain, self-contained JSON with every option and its default. Neither an edit of the file nor an
 * upgrade of temper changes what a stored plan does.
 */
export type Plan = z.infer<typeof headSchema> & {
  /** Every step comes after those that it needs. */
  steps: readonly PlannedStep[];
};

/** Plans contain plans, which zod cannot infer: the two recursive fields are written above as types and here as schemas. */
export const planSchema: z.ZodType<Plan> = z.lazy(() => {
  const steps = z.array(stepSchema.extend({ plan: planSchema.exactOptional() }));
  return headSchema.extend({ steps: steps.readonly() });
});
