import { z } from 'zod';
import { quantizeNeeds } from '../estimates/kinds/conversion.ts';
import type { StepDefinition } from './definition.ts';
import { ollamaTypes } from './ollama-converter.ts';
import { artifact, described } from './options/fields.ts';

/** Types by the names of llama.cpp's quantizer. */
const ggufTypes = [
  'f16',
  'f32',
  'bf16',
  'q8_0',
  'q4_K_M',
  'q4_K_S',
  'q2_K',
  'q3_K_S',
  'q3_K_M',
  'q3_K_L',
  'q4_0',
  'q4_1',
  'q5_0',
  'q5_1',
  'q5_K_S',
  'q5_K_M',
  'q6_K',
  'iq3_S',
  'iq3_M',
  'iq4_NL',
  'iq4_XS',
] as const;

const options = z.strictObject({
  model: described(artifact('model'), 'The model: the `model` output of a merge or run step.'),
  type: z
    .enum(ggufTypes)
    .default('q4_K_M')
    .describe(
      'How the weights are stored. `f16` is exact for 16-bit weights, `q8_0` nearly exact, `q4_K_M` a quarter of the size.',
    ),
  engine: z
    .enum(['auto', 'ollama', 'llama.cpp'])
    .default('auto')
    .describe(
      "The converter. `auto` takes Ollama's if it supports the architecture and the type, else llama.cpp's, and records the reason.",
    ),
});

export const quantize = {
  summary: 'Converts a model to a GGUF file, with or without quantization.',
  options,
  outputs: { gguf: 'gguf', bytes: 'number', engine: 'string' },
  checkTogether: ({ engine, type }) =>
    engine === 'ollama' && typeof type === 'string' && !type.includes('${{') && !ollamaTypes.includes(type)
      ? 'type-not-of-engine'
      : undefined,
  isMeans: true,
  needs: quantizeNeeds,
  executor: 'activity',
  usesDevice: false,
  revision: 1,
  reuse: 'by-key',
  heartbeatTimeout: '30s',
  shapedBy: 'converters',
  prunable: 'by-products',
  copiesModel: true,
} as const satisfies StepDefinition;
