import { z } from 'zod';
import type { StepDefinition } from './definition.ts';
import { duration } from './options/duration-option.ts';

const options = z.strictObject({
  message: z
    .string()
    .min(1)
    .default('May this run go on?')
    .describe('The question for the person; it can read outputs of earlier steps.'),
  timeout: duration
    .optional()
    .describe('How long the step waits for an answer, as in `24h`. By default it waits without a limit.'),
  on_timeout: z
    .enum(['reject', 'approve'])
    .default('reject')
    .describe(
      'What happens when `timeout` has passed without an answer: `reject` fails the step, `approve` continues the run.',
    ),
});

export const approve = {
  summary: 'Waits until a person approves or rejects. A rejection fails the step.',
  options,
  outputs: { approved: 'boolean', by: 'string', comment: 'string' },
  idle: ({ timeout }) =>
    timeout === undefined ? [{ option: ['on_timeout'], because: { option: 'timeout', value: 'not given' } }] : [],
  executor: 'person',
  usesDevice: false,
  revision: 1,
  reuse: 'never',
  shapedBy: 'nothing',
  heartbeatTimeout: '30s',
} as const satisfies StepDefinition;
