import { z } from 'zod';
import { described, path, positive } from './fields.ts';

/** Benchmarks of EleutherAI's lm-evaluation-harness. Seed, decoding and the two models are those of the evaluation. */
export const harness = z
  .strictObject({
    tasks: z
      .array(
        z
          .string()
          .regex(
            /^[A-Za-z0-9_][A-Za-z0-9_.-]*$/,
            'is not the name of a task, a group or a tag, such as `gsm8k`; `lm_eval ls tasks` lists them',
          ),
      )
      .min(1)
      .refine((tasks) => new Set(tasks).size === tasks.length, 'names a task twice')
      .describe('Names of tasks, groups or tags, such as `[gsm8k, ifeval]`; `lm_eval ls tasks` lists them.'),
    limit: positive
      .optional()
      .describe('So many questions of each task, the first ones. Without it all; `gsm8k` has 1319.'),
    fewshot: z
      .number()
      .int()
      .nonnegative()
      .optional()
      .describe('How many examples stand before each question. Without it as each task says.'),
    include_path: described(
      path().optional(),
      'A folder with task files of your own. Code that they name is run. Paths in them are relative to this folder; what lies outside it is no part of the key of the step.',
    ),
  })
  .optional()
  .describe(
    'Asks `before` and `after` tasks of lm-evaluation-harness as well, where `lm_eval` is installed (`pip install "lm-eval[api]"`), and reports the metrics of each task with their standard errors. The models answer through Ollama, so only tasks that generate an answer can be asked (`output_type: generate_until`), none that compares the probabilities of given answers. It does not change `better`.',
  );

export type HarnessOption = NonNullable<z.output<typeof harness>>;
