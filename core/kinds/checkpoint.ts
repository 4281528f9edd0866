import { z } from 'zod';
import { checkpointNeeds } from '../estimates/kinds/training.ts';
import { isRecord } from '../json.ts';
import type { StepDefinition } from './definition.ts';
import { artifact, described, positive } from './options/fields.ts';

const options = z.strictObject({
  from: described(
    artifact('checkpoints'),
    'The checkpoints of a training: `${{ steps.<train step>.outputs.checkpoints }}`.',
  ),
  select: z
    .union([z.enum(['best', 'last']), z.strictObject({ step: positive })])
    .default('best')
    .describe('Which checkpoint: `best` (lowest evaluation loss), `last`, or `{ step: N }`.'),
});

export const checkpoint = {
  summary: 'Selects a checkpoint of a training and makes an adapter of it.',
  options,
  outputs: {
    adapter: 'adapter',
    step: 'number',
    eval_loss: 'number',
    trainable_parameters: 'number',
    parameters: 'number',
    bytes: 'number',
  },
  selected: ({ select }) =>
    isRecord(select) && typeof select.step === 'number'
      ? { step: select.step, option: ['select', 'step'], from: 'from' }
      : undefined,
  isMeans: true,
  needs: checkpointNeeds,
  executor: 'activity',
  usesDevice: false,
  revision: 1,
  reuse: 'by-key',
  heartbeatTimeout: '30s',
  shapedBy: 'environment',
} as const satisfies StepDefinition;
