import { z } from 'zod';
import { duration } from '../kinds/options/duration-option.ts';
import { pipelineFile, stepKinds } from '../kinds/registry.ts';

const identifier = /^[a-z][a-z0-9_-]{0,62}$/;
const identifierRule =
  'must begin with a lower-case letter and hold lower-case letters, digits, `-` and `_` (at most 63)';

const dayRule = 'must be a day such as `2027-01-31`';

export const inputTypes = ['string', 'number', 'boolean', 'path'] as const;
export type InputType = (typeof inputTypes)[number];

const inputSchema = z.strictObject({
  type: z
    .enum(inputTypes)
    .default('string')
    .describe(
      'Type of the value. A `path` is relative to the document, or on the command line to the current directory.',
    ),
  default: z.union([z.string(), z.number(), z.boolean()]).optional().describe('Value of a run that is given none.'),
  description: z.string().optional().describe('One sentence for `temper plan`.'),
});

export const retrySchema = z.strictObject({
  max_attempts: z
    .number()
    .int()
    .positive()
    .default(3)
    .describe(
      'Number of failures of the step itself after which it ends as failed. A lost worker, a deploy, a pause, a full disk, and an Ollama or a Hub that cannot be reached do not count.',
    ),
  initial_interval: duration.default('5s').describe('Time before the second attempt.'),
  backoff: z.number().min(1).default(2).describe('Factor by which each further wait is longer.'),
  max_interval: duration.default('5m').describe('Longest wait between two attempts.'),
});

export const keepSchema = z.strictObject({
  intermediates: z
    .enum(['until_proven', 'always'])
    .default('until_proven')
    .describe(
      'Whether merged models and f16 GGUFs stay after an `import` of a succeeded run has proven the model made from them. `until_proven` deletes them; a step that needs one later makes it again. `always` keeps them.',
    ),
});

const scalar = z.union([z.string(), z.number(), z.boolean()]);
const matrixRow = z.record(z.string(), scalar);

export const matrixSchema = z
  .object({
    include: z
      .array(matrixRow)
      .optional()
      .describe(
        'Rows to add. A row adds its values to every combination that it does not contradict; where there is none, it is a variant of its own.',
      ),
    exclude: z
      .array(matrixRow)
      .optional()
      .describe('Rows to exclude: every combination that matches all values of a row is left out.'),
  })
  .catchall(z.array(scalar).min(1));

export const stepSchema = z.strictObject({
  uses: z
    .union([z.enum(stepKinds), z.string().regex(pipelineFile)])
    .describe('The kind of step, or the path of a pipeline that runs as this step, as in `./other.yaml`.'),
  with: z.record(z.string(), z.unknown()).optional().describe('Options of the kind, or inputs of the pipeline.'),
  needs: z
    .union([z.string(), z.array(z.string())])
    .optional()
    .describe('Steps that must succeed first. Reading a step’s output implies it.'),
  if: z.union([z.string(), z.boolean()]).optional().describe('An expression; the step is skipped when it is false.'),
  matrix: matrixSchema
    .optional()
    .describe(
      'Runs the step once for each combination of the lists: `{ r: [8, 16], lr: [1e-4, 2e-4] }` gives `train@r=8,lr=0.0001` and three more variants. Options and `if` read `${{ matrix.r }}`.',
    ),
  max_parallel: z
    .number()
    .int()
    .positive()
    .optional()
    .describe('Number of variants of the matrix that run at the same time.'),
  fail_fast: z
    .boolean()
    .optional()
    .describe(
      'true: when a variant fails, running variants are cancelled (a training saves a checkpoint) and waiting ones do not start. false lets them all end. The default is true.',
    ),
  continue_on_error: z
    .boolean()
    .default(false)
    .describe('true: a failure of this step neither fails the run nor blocks the steps that need it.'),
  timeout_minutes: z
    .number()
    .positive()
    .max(100_000)
    .optional()
    .describe(
      'Minutes of work after which the step is stopped (a training saves a checkpoint) and ends as failed. Waits for the device or the next attempt, and pauses, do not count.',
    ),
  retry: retrySchema.optional().describe('When the step is retried.'),
  resources: z
    .strictObject({
      gpu: z
        .union([z.literal(0), z.literal(1)])
        .optional()
        .describe('1 takes the device slot of a GPU worker, 0 does not.'),
    })
    .optional()
    .describe('What the step needs to run.'),
  reuse: z.boolean().default(true).describe('false runs the step even if an equal step has run before.'),
});

export const overlaps = ['skip', 'buffer_one', 'cancel_other'] as const;

export const scheduleSchema = z.strictObject({
  cron: z.string().meta({
    examples: ['0 2 * * *'],
    description:
      'When it fires: minute, hour, day of month, month, day of week, as in `0 2 * * *` for every night at two.',
  }),
  timezone: z.string().default('UTC').describe('Time zone of `cron` and `until`, as in `Asia/Shanghai`.'),
  overlap: z
    .enum(overlaps)
    .default('skip')
    .describe(
      'What happens while the previous run is still running. `skip`: no run starts. `buffer_one`: one run starts when the previous one has ended. `cancel_other`: the previous run saves a checkpoint and is cancelled, then the new one starts.',
    ),
  catchup: duration
    .optional()
    .describe(
      'How late a missed firing may still start a run. By default the shortest interval of `cron` less an hour, or half of an interval below two hours: after a week without power, temper makes up for one night, not seven.',
    ),
  jitter: duration.optional().describe('Longest random delay of each firing.'),
  pause_on_failure: z
    .number()
    .int()
    .positive()
    .optional()
    .describe('Number of failed runs in a row after which the schedule pauses itself. Cancelled runs do not count.'),
  until: z
    .string(dayRule)
    .regex(/^\d{4}-\d{2}-\d{2}$/, dayRule)
    .optional()
    .describe('Last day on which it fires.'),
});

export const channelSchema = z.strictObject({
  run: z
    .array(z.string())
    .min(1)
    .optional()
    .describe(
      'A program and its arguments. It runs in the document’s folder, without a shell and without the worker’s secrets, and reads the notification as JSON from stdin. `TEMPER_RUN_ID`, `TEMPER_PIPELINE`, `TEMPER_STATUS` (`failed` or `waiting`) and `TEMPER_STEPS` (separated by spaces) hold the main facts. Exit code 0 means that the notification was sent.',
    ),
  webhook: z
    .string()
    .optional()
    .describe(
      'An https address that receives the same JSON by POST, with a `text` field that chats show. Such an address is mostly a secret: `${{ secrets.NAME }}`. Redirects are not followed.',
    ),
});

export const pipelineSchema = z.strictObject({
  name: z.string().regex(identifier, identifierRule).describe('Names the pipeline and its runs.'),
  description: z.string().optional().describe('One sentence about the result.'),
  on: z
    .strictObject({
      schedule: z
        .array(scheduleSchema)
        .min(1)
        .max(20)
        .describe('Times at which the pipeline runs by itself, once `temper schedule apply FILE` has been run.'),
    })
    .optional()
    .describe('Events that start the pipeline, besides `temper run`.'),
  inputs: z
    .record(z.string().regex(identifier, identifierRule), inputSchema)
    .default({})
    .describe('Values that a run can be given with `--input name=value`.'),
  on_failure: channelSchema
    .optional()
    .describe(
      'Notification of a failed run, by `run` or `webhook`, such as `{ run: [./tell.sh] }`. Not sent for cancelled runs, nor where the pipeline runs as a step of another, which has its own `on_failure`. Sending is retried for six hours, so a notification can arrive twice; `temper show` says whether it was sent.',
    ),
  on_waiting: channelSchema
    .optional()
    .describe(
      'Notification of a run that waits for a person, such as `{ run: [./tell.sh] }`: in an approval, or after a step has failed under `on_step_failure: wait`. Sent after 10 s without an answer, also for pipelines that run as steps. Also sent, within about a minute, when the run waits for something that does not come by itself, such as a worker.',
    ),
  keep: keepSchema.optional().describe('Artifacts that stay in the store after a run.'),
  on_step_failure: z
    .enum(['fail', 'wait'])
    .default('fail')
    .describe(
      'What happens after the last failure of a step. `fail`: the steps that depend on it are blocked. `wait`: the run waits until a person types `temper retry` or `temper skip`; other branches continue.',
    ),
  outputs: z
    .record(
      z.string().regex(/^[a-z][a-z0-9_]*$/, 'must be a lower-case name'),
      z.union([z.string(), z.number(), z.boolean()]),
    )
    .optional()
    .describe('Values for a pipeline that runs this one as a step: names with expressions over the steps.'),
  steps: z
    .record(z.string().regex(identifier, identifierRule), stepSchema)
    .describe('The steps by name. Their order in the file does not matter.'),
});

export type Keep = z.infer<typeof keepSchema>;
export type PipelineDocument = z.infer<typeof pipelineSchema>;
export type StepDocument = z.infer<typeof stepSchema>;
/** One entry of `on.schedule`. */
export type ScheduleEntry = z.infer<typeof scheduleSchema>;
/** How `on_failure` or `on_waiting` sends a notification. */
export type NotificationChannel = z.infer<typeof channelSchema>;
export type Retry = z.infer<typeof retrySchema>;
