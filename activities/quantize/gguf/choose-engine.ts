import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { ErrorCode } from '../../../core/errors/catalogue.ts';
import { TemperError } from '../../../core/errors/temper-error.ts';
import { knowsArchitecture, ollamaTypes } from '../../../core/kinds/ollama-converter.ts';

export type Engine = 'ollama' | 'llama.cpp';

/** Facts of a model that decide which converter is used, read from its files. */
export interface ModelFacts {
  architecture: string;
  /** SHA-256 of the pre-tokenizer's patterns, or the kinds of its steps if it splits without; undefined if it does not split. */
  pretokenizer: string | undefined;
  /** Of the stored weights. */
  bitsPerWeight: number;
}

/** Pre-tokenizers that this converter knows by hash. For any other it writes `default` and warns only in its log. */
const ollamaPretokenizers: Readonly<Record<string, string>> = {
  d98f9631be1e9607a9848c26c1f9eac1aa9fc21ac6ba82a2fc0741af9780a48f: 'llama-bpe',
  '03df5c5863ad70781dcfdef491ead25140f895fe8010964be0daefe27be32b02': 'deepseek-llm',
  '21cde974d587f0d54dc8d56b183cc1e6239600172035c68fbd6d4b9f8da0576e': 'deepseek-coder',
  '1ff7f41064896984db5d1bb6ff64fa4bc29007d08c1b439e505b7392777a319e': 'qwen2',
  '00431aed57e696b747435f734d1e3b9b1bfd931a121fb5cac7129e97c181e9ba': 'qwen35',
  b92c0824a58e1d8dc3221cf3e12c433c3a86f57e46d57229993489f0798e7702: 'laguna',
};

/** The converters of these families set the pre-tokenizer without looking at its hash. */
const setsPretokenizer = /^(?:Laguna|Gemma4|Glm4MoeLite|DeepseekV3|Lfm2|Qwen3Next|Qwen3_5)/;

/** Returns why Ollama cannot convert this model to this type, as a failure; undefined if it can. */
function findObjection(facts: ModelFacts, type: string): { code: ErrorCode; text: string } | undefined {
  if (!knowsArchitecture(facts.architecture))
    return { code: 'UNSUPPORTED_ARCHITECTURE', text: `Ollama's converter does not know ${facts.architecture}` };
  if (!ollamaTypes.includes(type))
    return { code: 'BAD_OPTIONS', text: `Ollama's converter makes ${ollamaTypes.join(', ')}, not ${type}` };
  const { pretokenizer } = facts;
  if (pretokenizer && !ollamaPretokenizers[pretokenizer] && !setsPretokenizer.test(facts.architecture)) {
    const text = `Ollama's converter does not know the pre-tokenizer ${pretokenizer.slice(0, 20)}`;
    return { code: 'UNKNOWN_PRETOKENIZER', text };
  }
  return undefined;
}

/** Chooses the converter, with the reason. Throws if the wanted one cannot convert the model. */
export function chooseEngine(
  facts: ModelFacts,
  type: string,
  wanted: 'auto' | Engine,
): { engine: Engine; reason: string } {
  const objection = findObjection(facts, type);
  if (wanted === 'ollama') {
    if (!objection) return { engine: 'ollama', reason: 'the document asks for it' };
    throw new TemperError(objection.code, objection.text, { remedy: 'Set `engine: auto`, or `engine: llama.cpp`.' });
  }
  if (wanted === 'llama.cpp') return { engine: 'llama.cpp', reason: 'the document asks for it' };
  return objection
    ? { engine: 'llama.cpp', reason: objection.text }
    : { engine: 'ollama', reason: `Ollama's converter knows ${facts.architecture} and its tokenizer` };
}

/** Throws BAD_OPTIONS if the folder holds no model. */
export async function readModelFacts(model: string): Promise<ModelFacts> {
  const config = await readJson(join(model, 'config.json'));
  const architecture = (config?.architectures as string[] | undefined)?.[0];
  if (!architecture) {
    throw new TemperError(
      'BAD_OPTIONS',
      `${model} is not a model directory: its config.json ${config ? 'names no architecture' : 'is missing or not JSON'}`,
    );
  }
  const tokenizer = await readJson(join(model, 'tokenizer.json'));
  const dtype = String(config?.dtype ?? config?.torch_dtype ?? 'float16');
  return { architecture, pretokenizer: pretokenizerHash(tokenizer), bitsPerWeight: dtype === 'float32' ? 32 : 16 };
}

/**
 * Computes the hash by which Ollama recognises a pre-tokenizer: over the regular expressions of a sequence's `Split` members.
 * Steps that split without one (`ByteLevel` by GPT-2's pattern, `Digits`) have no hash, and Ollama takes them for `default`.
 */
function pretokenizerHash(tokenizer: Record<string, unknown> | undefined): string | undefined {
  const cut = tokenizer?.pre_tokenizer as (Step & { pretokenizers?: Step[] }) | null | undefined;
  const members = cut?.pretokenizers ?? [];
  const text = members.map(({ type, pattern }) => (type === 'Split' ? (pattern?.Regex ?? '') : '')).join('');
  if (text !== '') return createHash('sha256').update(text).digest('hex');
  const splits = (cut && !cut.pretokenizers ? [cut] : members).filter(
    ({ type, pattern, use_regex }) =>
      (type === 'Split' && pattern?.Regex) || type === 'Digits' || (type === 'ByteLevel' && use_regex !== false),
  );
  return splits.length > 0 ? splits.map(({ type }) => type).join(' + ') : undefined;
}

interface Step {
  type?: string;
  pattern?: { Regex?: string };
  use_regex?: boolean;
}

async function readJson(file: string): Promise<Record<string, unknown> | undefined> {
  return await readFile(file, 'utf8').then(
    (text) => JSON.parse(text) as Record<string, unknown>,
    () => undefined,
  );
}
