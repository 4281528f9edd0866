import { z } from 'zod';
import { importNeeds } from '../estimates/kinds/serving.ts';
import type { StepDefinition } from './definition.ts';
import { artifact, described, ollamaTag } from './options/fields.ts';
import { modelfileParameters } from './options/modelfile-parameters.ts';

const options = z.strictObject({
  gguf: described(artifact('gguf'), 'The converted model: `${{ steps.<quantize step>.outputs.gguf }}`.'),
  name: ollamaTag.meta({ creates: true, description: 'The name of the model in Ollama, `name` or `name:tag`.' }),
  system: z.string().optional().describe('A system message that Ollama puts before each chat.'),
  stop: z
    .array(z.string().min(1))
    .optional()
    .describe('Stop strings, in addition to those with which the chat template ends a turn.'),
  parameters: modelfileParameters
    .partial()
    .default({})
    .describe('Parameters of the Modelfile. Nothing else is set, except the stop strings.'),
  margin: z
    .number()
    .positive()
    .default(0.05)
    .describe(
      'When Ollama answers with another token than transformers, the proof fails if the two best tokens of either side differ in probability by more than this.',
    ),
});

export const importStep = {
  summary: 'Creates the model in Ollama and proves that it answers like the trained model.',
  options,
  outputs: { model: 'ollama', digest: 'string', proof: 'report', drift: 'number' },
  ranges: { drift: [0, Number.POSITIVE_INFINITY] },
  needs: importNeeds,
  executor: 'activity',
  usesDevice: true,
  revision: 1,
  reuse: 'by-key',
  heartbeatTimeout: '30s',
  shapedBy: 'serving',
  proofOutput: 'proof',
} as const satisfies StepDefinition;
