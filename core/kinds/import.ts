import { z } from 'zod';
import { importNeeds } from '../estimates/kinds/serving.ts';
import type { StepDefinition } from './definition.ts';
import { artifact, described, ollamaTag } from './options/fields.ts';
import { modelfileParameters } from './options/modelfile-parameters.ts';

const options = z.strictObject({
  gguf: described(
    artifact('gguf').optional(),
    'The converted model: `${{ steps.<quantize step>.outputs.gguf }}`. It becomes a model of its own.',
  ),
  adapter: described(
    artifact('adapter').optional(),
    'In place of `gguf`, the adapter alone: `${{ steps.<checkpoint step>.outputs.adapter }}`. Ollama puts it on the base model that it already has, so nothing is merged or copied. The training must have started from a model in Ollama or from a GGUF file.',
  ),
  onto: ollamaTag.optional().meta({
    ollama: true,
    description:
      'With `adapter`: the model in Ollama that must be its base. Without it, any model of Ollama with the weights of the base serves.',
  }),
  name: ollamaTag.meta({ creates: true, description: 'The name of the model in Ollama, `name` or `name:tag`.' }),
  system: z.string().optional().describe('A system message that Ollama puts before each chat.'),
  stop: z
    .array(z.string().min(1))
    .optional()
    .describe('Stop strings, such as `["###"]`, in addition to those with which the chat template ends a turn.'),
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
  checkTogether: ({ gguf, adapter, onto }) => {
    if ((gguf === undefined) === (adapter === undefined)) return 'gguf-or-adapter';
    return onto !== undefined && adapter === undefined ? 'onto-without-adapter' : undefined;
  },
  adapterAlone: 'adapter',
  executor: 'activity',
  usesDevice: true,
  revision: 1,
  reuse: 'by-key',
  heartbeatTimeout: '30s',
  shapedBy: 'serving',
  proofOutput: 'proof',
} as const satisfies StepDefinition;
