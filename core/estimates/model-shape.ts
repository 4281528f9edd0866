import { type BaseFacts, textConfig } from '../checks/base-facts.ts';

/** The measures of a language model from which its memory and its work follow. */
export interface ModelShape {
  parameters: number;
  layers: number;
  hidden: number;
  /** Width of the feed-forward part. */
  inner: number;
  /** Width of all query heads together, and of all key heads. */
  queries: number;
  keys: number;
  vocabulary: number;
  /** The output layer shares the weights of the embedding. */
  isTied: boolean;
  /** Bytes of one number in the files of the base. */
  stored: number;
  /** `name`: only its number of parameters is known, from its name; the rest is that of a usual model of this size. */
  from: 'files' | 'name';
}

/** Models of seven sizes, as Qwen 2.5 and Llama 3 have them: parameters, layers, hidden, inner, keys, vocabulary. */
const usualShapes: readonly (readonly [number, number, number, number, number, number])[] = [
  [0.135e9, 30, 576, 1536, 192, 49_152],
  [0.494e9, 24, 896, 4864, 128, 151_936],
  [1.54e9, 28, 1536, 8960, 256, 151_936],
  [3.09e9, 36, 2048, 11_008, 256, 151_936],
  [7.62e9, 28, 3584, 18_944, 512, 152_064],
  [14.8e9, 48, 5120, 13_824, 1024, 152_064],
  [32.8e9, 64, 5120, 27_648, 1024, 152_064],
  [70.6e9, 80, 8192, 28_672, 1024, 128_256],
];

/** Largest number of parameters whose models usually share the embedding with the output layer. */
const maxTiedParameters = 4e9;

/** The shape that the files of a base model show; undefined where they do not tell enough. */
export function shapeOf(facts: BaseFacts): ModelShape | undefined {
  const config = textConfig(facts);
  const number = (...keys: string[]) => keys.map((key) => config[key]).find((value) => typeof value === 'number');
  const layers = number('num_hidden_layers', 'n_layer');
  const hidden = number('hidden_size', 'n_embd');
  const vocabulary = number('vocab_size') ?? facts.weights.embeddings;
  if (layers === undefined || hidden === undefined || vocabulary === undefined) return undefined;
  const inner = number('intermediate_size', 'n_inner') ?? 4 * hidden;
  const heads = number('num_attention_heads', 'n_head') ?? 1;
  const width = number('head_dim') ?? hidden / heads;
  const keys = (number('num_key_value_heads') ?? heads) * width;
  const isTied = facts.config?.tie_word_embeddings !== false && !facts.weights.names.includes('lm_head.weight');
  const measures = {
    layers,
    hidden,
    inner,
    queries: heads * width,
    keys,
    vocabulary,
    isTied,
    stored: storedBytes(facts),
    from: 'files' as const,
  };
  return { ...measures, parameters: facts.weights.numbers > 0 ? facts.weights.numbers : countParameters(measures) };
}

/** Nearly all base models have 16 bits. */
const usualStored = 2;

const storedBytes = ({ weights }: BaseFacts): number =>
  weights.numbers > 0 ? Math.max(usualStored, Math.round(weights.bytes / weights.numbers)) : usualStored;

/** The shape of a usual model with this many parameters. */
export function usualShape(parameters: number): ModelShape {
  const distance = ([size]: readonly number[]) => Math.abs(Math.log(size! / parameters));
  const [size, layers, hidden, inner, keys, vocabulary] = usualShapes.reduce((one, other) =>
    distance(other) < distance(one) ? other : one,
  );
  // Between two sizes, models differ in width more than in depth.
  const scale = Math.sqrt(parameters / size);
  return {
    parameters,
    layers,
    hidden: Math.round(hidden * scale),
    inner: Math.round(inner * scale),
    queries: Math.round(hidden * scale),
    keys: Math.round(keys * scale),
    vocabulary,
    isTied: parameters < maxTiedParameters,
    stored: usualStored,
    from: 'name',
  };
}

/** The number of parameters in a model's name, as in `Qwen2.5-7B-Instruct` or `smollm2:135m`. */
export function parametersInName(name: string): number | undefined {
  const [, count, unit] = /(?:^|[^a-z0-9.])(\d+(?:\.\d+)?)\s*([bm])(?![a-z0-9])/i.exec(name) ?? [];
  if (count === undefined) return undefined;
  return Number(count) * (unit!.toLowerCase() === 'b' ? 1e9 : 1e6);
}

/** The numbers that multiply each token: all but an embedding that is only looked up. */
export const workingParameters = ({ parameters, vocabulary, hidden, isTied }: ModelShape): number =>
  isTied ? parameters : parameters - vocabulary * hidden;

/** The numbers of the layers, without embedding and output layer. */
export const layerParameters = ({ parameters, vocabulary, hidden, isTied }: ModelShape): number =>
  Math.max(0, parameters - vocabulary * hidden * (isTied ? 1 : 2));

function countParameters(shape: Omit<ModelShape, 'parameters'>): number {
  const { layers, hidden, inner, queries, keys, vocabulary, isTied } = shape;
  const perLayer = 2 * hidden * queries + 2 * hidden * keys + 3 * hidden * inner + 2 * hidden;
  return layers * perLayer + hidden + vocabulary * hidden * (isTied ? 1 : 2);
}
