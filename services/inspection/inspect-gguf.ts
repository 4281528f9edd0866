import { basename } from 'node:path';
import type { BaseFacts } from '../../core/checks/base-facts.ts';
import { fileTypeName, ggufArchitectures } from '../../core/kinds/gguf-architectures.ts';
import { sampleOf } from './file-condition.ts';
import { type GgufHeader, readGgufHeader } from './gguf-header.ts';

/** What the layers of a file are called in the model that is made of it. */
const layers: Readonly<Record<string, string>> = {
  attn_q: 'self_attn.q_proj',
  attn_k: 'self_attn.k_proj',
  attn_v: 'self_attn.v_proj',
  attn_qkv: 'self_attn.qkv_proj',
  attn_output: 'self_attn.o_proj',
  ffn_gate: 'mlp.gate_proj',
  ffn_up: 'mlp.up_proj',
  ffn_down: 'mlp.down_proj',
};

/** Reads what the header of a GGUF file shows of the base model that can be made of it. */
export async function inspectGguf(path: string): Promise<BaseFacts> {
  const name = basename(path);
  const header = await readGgufHeader(path);
  const common = { is: 'gguf', names: [name], missing: [] } as const;
  if (!header) {
    const weights = { bytes: 0, numbers: 0, names: [] };
    return { ...common, parts: {}, broken: [{ file: name, why: 'not-gguf' }], hasTemplate: false, weights };
  }
  const { values, tensors } = header;
  const architecture = text(values.get('general.architecture')) ?? '';
  const [className, modelType] = ggufArchitectures[architecture] ?? [];
  const hasFused = tensors.names.some((each) => each.includes('.attn_qkv.'));
  return {
    ...common,
    parts: { 'model.gguf': await sampleOf(path) },
    broken: header.bytes < header.promisedBytes ? [{ file: name, why: 'short' }] : [],
    hasTemplate: values.has('tokenizer.chat_template'),
    ...(className === undefined
      ? {}
      : { config: { architectures: [className], model_type: modelType, ...measuresOf(header, architecture) } }),
    weights: {
      bytes: 2 * tensors.numbers,
      numbers: tensors.numbers,
      names: tensors.names.flatMap((each) => layerName(each, hasFused)),
      ...(tensors.rows === undefined ? {} : { embeddings: tensors.rows }),
    },
    gguf: {
      architecture,
      kind: text(values.get('general.type')) ?? 'model',
      parts: number(values.get('split.count')) ?? 1,
      experts: number(values.get(`${architecture}.expert_count`)) ?? 0,
      hasEncoder: hasEncoder(header, architecture),
      ...named('quantization', fileTypeName(values.get('general.file_type'))),
      ...named('title', text(values.get('general.name'))),
      ...named('original', originalOf(header)),
    },
  };
}

/** The measures of the model, by the names that a config has for them. */
const measures: Readonly<Record<string, string>> = {
  max_position_embeddings: 'context_length',
  num_hidden_layers: 'block_count',
  hidden_size: 'embedding_length',
  intermediate_size: 'feed_forward_length',
  num_attention_heads: 'attention.head_count',
  num_key_value_heads: 'attention.head_count_kv',
  head_dim: 'attention.key_length',
};

const measuresOf = ({ values, tensors }: GgufHeader, architecture: string): Record<string, unknown> => ({
  ...Object.fromEntries(
    Object.entries(measures).flatMap(([name, key]) => {
      const value = number(values.get(`${architecture}.${key}`));
      return value === undefined ? [] : [[name, value]];
    }),
  ),
  ...(tensors.rows === undefined ? {} : { vocab_size: tensors.rows }),
  tie_word_embeddings: !tensors.names.includes('output.weight'),
});

function layerName(tensor: string, hasFused: boolean): string[] {
  const [, number, part] = /^blk\.(\d+)\.(\w+)\.(?:weight|bias)$/.exec(tensor) ?? [];
  if (number === undefined || part === undefined) return [];
  const layer = hasFused && part === 'ffn_up' ? 'mlp.gate_up_proj' : layers[part];
  return layer === undefined ? [] : [`model.layers.${number}.${layer}.weight`];
}

const hasEncoder = ({ values, lists }: GgufHeader, architecture: string): boolean =>
  [...values.keys(), ...lists].some(
    (key) =>
      key.startsWith('clip.') || ['vision', 'audio', 'mm'].some((part) => key.startsWith(`${architecture}.${part}.`)),
  );

/** The repository of this very model, not of the model that it was tuned from. */
function originalOf({ values }: GgufHeader): string | undefined {
  const repository = text(values.get('general.source.huggingface.repository'));
  const address = text(values.get('general.source.repo_url')) ?? text(values.get('general.repo_url'));
  return repository ?? /^https:\/\/huggingface\.co\/([\w.-]+\/[\w.-]+)$/.exec(address ?? '')?.[1];
}

const text = (value: unknown) => (typeof value === 'string' && value !== '' ? value : undefined);
const number = (value: unknown) => (typeof value === 'number' ? value : undefined);
const named = <K extends string>(key: K, value: string | undefined) =>
  (value === undefined ? {} : { [key]: value }) as { [each in K]?: string };
