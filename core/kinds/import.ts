import { z } from 'zod';
import type { StepDefinition } from './definition.ts';
import { artifact, described, ollamaTag } from './fields.ts';

const parameterValue = z.union([z.number(), z.boolean(), z.string(), z.array(z.string())]);

const options = z.strictObject({
  gguf: described(artifact('gguf'), 'The converted model: `${{ steps.<quantize step>.outputs.gguf }}`.'),
  name: ollamaTag.meta({ creates: true, description: 'The name in Ollama, `name` or `name:tag`.' }),
  system: z.string().optional().describe('A system message that Ollama puts before every chat.'),
  stop: z
    .array(z.string().min(1))
    .optional()
    .describe('Stop strings besides those the chat template ends a turn with.'),
  parameters: z
    .record(z.string(), parameterValue)
    .default({})
    .describe(
      'Parameters of the Modelfile, such as `temperature` or `num_ctx`. Only what stands here is set, beside the stop strings.',
    ),
  margin: z
    .number()
    .positive()
    .default(0.05)
    .describe(
      "How far apart (in probability) transformers' two best tokens must lie for a different token in Ollama to fail the proof.",
    ),
});

export const importStep = {
  summary: 'Creates the model in Ollama and proves that it answers as the trained one.',
  options,
  outputs: { model: 'ollama', digest: 'string', proof: 'report', drift: 'number' },
  executor: 'activity',
  usesDevice: true,
  revision: 1,
  reuse: 'by-key',
  heartbeatTimeout: '30s',
  shapedBy: 'serving',
  proofOutput: 'proof',
} as const satisfies StepDefinition;
