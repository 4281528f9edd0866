import { z } from 'zod';
import { promoteNeeds } from '../estimates/kinds/serving.ts';
import { defaultKeep } from '../promotions.ts';
import type { StepDefinition } from './definition.ts';
import { artifact, described, ollamaTag, positive } from './options/fields.ts';

const options = z.strictObject({
  model: described(artifact('ollama'), 'The candidate: `${{ steps.<import step>.outputs.model }}`.'),
  to: ollamaTag.meta({
    creates: true,
    role: 'serving',
    description: 'The serving name, for example `my-model:latest`.',
  }),
  keep: positive
    .default(defaultKeep)
    .describe('How many replaced models stay in Ollama for `temper rollback`. Older ones are removed.'),
});

export const promote = {
  summary: 'Moves a serving name to the candidate and keeps the replaced model.',
  options,
  outputs: { model: 'ollama', digest: 'string', replaced: 'string', changed: 'boolean' },
  needs: promoteNeeds,
  executor: 'activity',
  usesDevice: false,
  revision: 1,
  reuse: 'never',
  shapedBy: 'nothing',
  heartbeatTimeout: '30s',
  servingOutput: 'model',
} as const satisfies StepDefinition;
