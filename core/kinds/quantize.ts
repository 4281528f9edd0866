import { z } from 'zod';
import { quantizeNeeds } from '../estimates/kinds/conversion.ts';
import { comparableTypes, ggufTypes, isQuantized, measures } from '../quantization/types.ts';
import type { RawOptions, StepDefinition } from './definition.ts';
import { ollamaTypes } from './ollama-converter.ts';
import { artifact, described } from './options/fields.ts';

const options = z.strictObject({
  model: described(artifact('model'), 'The model: the `model` output of a merge or run step.'),
  type: z
    .union([
      z.enum(ggufTypes),
      z
        .array(z.enum(comparableTypes))
        .min(1)
        .refine((types) => new Set(types).size === types.length, 'names a type twice')
        .meta({ uniqueItems: true }),
    ])
    .default('q4_K_M')
    .describe(
      'How the weights are stored. `f16` is exact for 16-bit weights, `q8_0` nearly exact, `q4_K_M` a quarter of the size. Of a list, each is made and measured, and the smallest within `max_drift` is taken.',
    ),
  max_drift: z
    .number()
    .positive()
    .optional()
    .describe(
      'The most that quantization may change: the mean KL divergence from the f16 model in nats per token, over the answers of held-out rows. Without a type within it the step fails, before anything is imported.',
    ),
  measure: z
    .boolean()
    .optional()
    .describe(
      'Measure that, without a bound, and how well the file, the f16 model and the base model predict the text of these answers: their bits per byte. `max_drift` and `imatrix` measure too.',
    ),
  imatrix: z
    .boolean()
    .optional()
    .describe(
      'Round the weights by an importance matrix of the training rows, which keeps small types closer to the f16 model. The type that is taken is also made without it, and the gain is told.',
    ),
  dataset: described(
    artifact('dataset').optional(),
    'The rows to measure on, and for the importance matrix: the `dataset` output of a prepare step. Without it, those that the model was trained on. It measures on the held-out rows, or else on training rows, and says so.',
  ),
  engine: z
    .enum(['auto', 'ollama', 'llama.cpp'])
    .default('auto')
    .describe(
      "The converter. `auto` takes Ollama's if it supports the architecture and the type, else llama.cpp's, and records the reason. Several types and an importance matrix need llama.cpp's.",
    ),
});

const outputs = { gguf: 'gguf', bytes: 'number', engine: 'string', type: 'string' } as const;
const measuredOutputs = { drift: 'number', bits_per_byte: 'number', measured: 'report' } as const;

export const quantize = {
  summary: 'Converts a model to a GGUF file, with or without quantization.',
  options,
  outputs: { ...outputs, ...measuredOutputs },
  outputsOf: (given) => (measures(given) ? { ...outputs, ...measuredOutputs } : outputs),
  whyAbsent: (output) => (output in measuredOutputs ? 'not-measured' : undefined),
  checkTogether,
  idle: (given) => (measures(given) ? [] : [{ option: ['dataset'], because: { option: 'measure', value: 'false' } }]),
  measuresOn: (given) => (measures(given) ? 'dataset' : undefined),
  isMeans: true,
  needs: quantizeNeeds,
  executor: 'activity',
  // To measure, it loads the weights.
  usesDevice: measures,
  revision: 3,
  reuse: 'by-key',
  heartbeatTimeout: '30s',
  shapedBy: 'converters',
  prunable: 'by-products',
  copiesModel: true,
  measuredOutput: 'measured',
} as const satisfies StepDefinition;

function checkTogether(given: RawOptions) {
  const { type = 'q4_K_M', engine, max_drift: bound, imatrix } = given;
  const types = [type].flat().filter((each): each is string => typeof each === 'string' && !each.includes('${{'));
  const isList = types.length > 1;
  if (engine === 'ollama' && (isList || imatrix === true)) return 'engine-makes-one-type';
  if (engine === 'ollama' && types.some((each) => !ollamaTypes.includes(each))) return 'type-not-of-engine';
  if (isList && bound === undefined) return 'types-without-bound';
  if (measures(given) && types.length === 1 && !isQuantized(types[0]!)) return 'nothing-to-measure';
  return undefined;
}
