import { z } from 'zod';
import { duration } from '../kinds/duration-option.ts';
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
      'What the value must be; a `path` is relative to the document (given on the command line: to the current directory).',
    ),
  default: z
    .union([z.string(), z.number(), z.boolean()])
    .optional()
    .describe('The value when the person who runs gives none.'),
  description: z.string().optional().describe('One sentence for `temper plan`.'),
});

export const retrySchema = z.strictObject({
  max_attempts: z
    .number()
    .int()
    .positive()
    .default(3)
    .describe(
      "Failures of the step's own after which it has failed. A lost worker, a deploy, a pause, a full disk, an Ollama or a Hub that is away do not count.",
    ),
  initial_interval: duration.default('5s').describe('Wait before the second attempt.'),
  backoff: z.number().min(1).default(2).describe('Each further wait is this much longer.'),
  max_interval: duration.default('5m').describe('The longest wait.'),
});

export const keepSchema = z.strictObject({
  intermediates: z
    .enum(['until_proven', 'always'])
    .default('until_proven')
    .describe(
      'What becomes of merged models and f16 GGUFs once an `import` of a succeeded run has proven what was made from them. `until_proven` frees their disk space; a step that needs one later has it made again. `always` keeps them.',
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
        'Rows to add. Values go to the combinations that a row does not contradict; where there are none, the row is a variant of its own.',
      ),
    exclude: z.array(matrixRow).optional().describe('Combinations to leave out: those that match all values of a row.'),
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
    .describe('Steps that must have succeeded first. Reading a step’s output implies it.'),
  if: z.union([z.string(), z.boolean()]).optional().describe('An expression; the step is skipped when it is false.'),
  matrix: matrixSchema
    .optional()
    .describe(
      'Carries the step out once for each combination of the lists: `{ r: [8, 16], lr: [1e-4, 2e-4] }` makes `train@r=8,lr=0.0001` and three more. Options and `if` read `${{ matrix.r }}`.',
    ),
  max_parallel: z
    .number()
    .int()
    .positive()
    .optional()
    .describe('At most so many variants of the matrix run at the same time.'),
  fail_fast: z
    .boolean()
    .optional()
    .describe(
      'By default, when one variant has failed, those that run are stopped (a training saves a checkpoint) and those that wait are not begun. false lets them end.',
    ),
  continue_on_error: z
    .boolean()
    .default(false)
    .describe('true: when the step fails, neither the run fails nor what needs the step is blocked.'),
  timeout_minutes: z
    .number()
    .positive()
    .max(100_000)
    .optional()
    .describe(
      'Minutes of work after which the step is stopped (a training saves a checkpoint) and has failed. Waiting for the device or for the next attempt, and pauses, do not count.',
    ),
  retry: retrySchema.optional().describe('How the step is tried again.'),
  resources: z
    .strictObject({
      gpu: z
        .union([z.literal(0), z.literal(1)])
        .optional()
        .describe('1 takes the device slot of a GPU worker, 0 leaves it to others.'),
    })
    .optional()
    .describe('What the step needs to run.'),
  reuse: z.boolean().default(true).describe('false runs the step even if an equal one has run before.'),
});

export const overlaps = ['skip', 'buffer_one', 'cancel_other'] as const;

export const scheduleSchema = z.strictObject({
  cron: z
    .string()
    .describe(
      'When it fires: minute, hour, day of month, month, day of week, as in `0 2 * * *` for every night at two.',
    ),
  timezone: z.string().default('UTC').describe('The zone whose clocks `cron` and `until` mean, as in `Asia/Shanghai`.'),
  overlap: z
    .enum(overlaps)
    .default('skip')
    .describe(
      'What happens when the run before still goes on. `skip`: nothing starts. `buffer_one`: one run starts when it has ended. `cancel_other`: it is cancelled, and saves a checkpoint, before the new one starts.',
    ),
  catchup: duration
    .optional()
    .describe(
      'How late a firing is made up for when nothing was running at its time. By default the shortest interval of `cron` less an hour (below two hours half of it): after a week without power one night is caught up, not seven.',
    ),
  jitter: duration.optional().describe('Each firing waits for a random time, at most this long.'),
  pause_on_failure: z
    .number()
    .int()
    .positive()
    .optional()
    .describe('The schedule pauses itself after so many failed runs in a row. Cancelled runs do not count.'),
  until: z
    .string(dayRule)
    .regex(/^\d{4}-\d{2}-\d{2}$/, dayRule)
    .optional()
    .describe('The last day on which it fires.'),
});

const tellSchema = z.strictObject({
  run: z
    .array(z.string())
    .min(1)
    .optional()
    .describe(
      'A program and its arguments, carried out in the document’s folder without a shell and without the worker’s secrets. It reads what there is to tell as JSON from stdin; `TEMPER_RUN_ID`, `TEMPER_PIPELINE`, `TEMPER_STATUS` (`failed` or `waiting`) and `TEMPER_STEPS` (with spaces between) say it in short. It has told it when it ends with 0.',
    ),
  webhook: z
    .string()
    .optional()
    .describe(
      'An https address that gets the same JSON by POST, with a `text` field that chats show. Mostly such an address is a secret: `${{ secrets.NAME }}`. Redirects are not followed.',
    ),
});

export const pipelineSchema = z.strictObject({
  name: z.string().regex(identifier, identifierRule).describe('Names the pipeline and its runs.'),
  description: z.string().optional().describe('One sentence about what it makes.'),
  on: z
    .strictObject({
      schedule: z
        .array(scheduleSchema)
        .min(1)
        .max(20)
        .describe('When `temper schedule apply FILE` has the pipeline run by itself.'),
    })
    .optional()
    .describe('What starts the pipeline besides `temper run`.'),
  inputs: z
    .record(z.string().regex(identifier, identifierRule), inputSchema)
    .default({})
    .describe('Values a run may be given with `--input name=value`.'),
  on_failure: tellSchema
    .optional()
    .describe(
      'Who is told when a run has failed, by hand or by schedule: `run` or `webhook`. Not of cancelled runs, and not where the pipeline runs as a step of another, whose own `on_failure` tells. It is tried for six hours, and may so be told twice; `temper show` says whether it was.',
    ),
  on_waiting: tellSchema
    .optional()
    .describe(
      'Who is told when a run waits for a person, in an approval or since a step has failed under `on_step_failure: wait`. Told after ten seconds, if nobody has answered by then; of pipelines within it as well.',
    ),
  keep: keepSchema.optional().describe('What stays in the artifact store after a run.'),
  on_step_failure: z
    .enum(['fail', 'wait'])
    .default('fail')
    .describe(
      'What happens when a step has finally failed. `fail`: what depends on it is blocked. `wait`: the run stays open until a person types `temper retry` or `temper skip`; other branches go on meanwhile.',
    ),
  outputs: z
    .record(
      z.string().regex(/^[a-z][a-z0-9_]*$/, 'must be a lower-case name'),
      z.union([z.string(), z.number(), z.boolean()]),
    )
    .optional()
    .describe('What a pipeline that runs this one as a step may read, by name: expressions over the steps.'),
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
export type NotificationChannel = z.infer<typeof tellSchema>;
export type Retry = z.infer<typeof retrySchema>;
