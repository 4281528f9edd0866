import { z } from 'zod';
import { mergeNeeds } from '../estimates/kinds/conversion.ts';
import type { StepDefinition } from './definition.ts';
import { artifact, base, described } from './options/fields.ts';

const options = z.strictObject({
  base: base().meta({ ...base().meta(), role: 'merged' }),
  adapter: described(artifact('adapter'), 'The adapter: `${{ steps.<checkpoint step>.outputs.adapter }}`.'),
  dtype: z
    .enum(['auto', 'bf16', 'fp16', 'fp32'])
    .default('auto')
    .describe('Number format of the merged weights. `auto` keeps that of the base model.'),
});

export const merge = {
  summary: 'Adds the adapter to its base model and writes a model that importers can read.',
  options,
  outputs: { model: 'model', parameters: 'number', bytes: 'number' },
  isMeans: true,
  needs: mergeNeeds,
  executor: 'activity',
  usesDevice: false,
  revision: 1,
  reuse: 'by-key',
  heartbeatTimeout: '30s',
  shapedBy: 'environment',
  prunable: 'everything',
  copiesModel: true,
} as const satisfies StepDefinition;
