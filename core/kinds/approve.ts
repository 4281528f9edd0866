import { z } from 'zod';
import type { StepDefinition } from './definition.ts';
import { duration } from './duration-option.ts';

const options = z.strictObject({
  message: z
    .string()
    .min(1)
    .default('May this run go on?')
    .describe('What the person is asked; it may read what earlier steps made.'),
  timeout: duration.optional().describe('How long it waits, as in `24h`; without it, for ever.'),
  on_timeout: z
    .enum(['reject', 'approve'])
    .default('reject')
    .describe('What silence means once `timeout` is over: `reject` fails the step, `approve` lets the run go on.'),
});

export const approve = {
  summary: 'Waits until a person approves or rejects; a rejection fails the step.',
  options,
  outputs: { approved: 'boolean', by: 'string', comment: 'string' },
  executor: 'person',
  usesDevice: false,
  revision: 1,
  reuse: 'never',
  heartbeatTimeout: '30s',
} as const satisfies StepDefinition;
