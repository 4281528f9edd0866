import { isRecord } from '../json.ts';

/** The file that says which files hold the weights, where there are several. */
export const weightIndex = 'model.safetensors.index.json';
export const singleWeights = 'model.safetensors';

/** Settings, read as JSON: their spacing and the order of their keys mean nothing. */
const settings = [
  'config.json',
  'generation_config.json',
  'tokenizer_config.json',
  'special_tokens_map.json',
  'added_tokens.json',
  'chat_template.json',
  weightIndex,
];
const vocabularies = [
  'tokenizer.json',
  'tokenizer.model',
  'spiece.model',
  'sentencepiece.bpe.model',
  'vocab.json',
  'vocab.txt',
  'merges.txt',
];
const templates = ['chat_template.jinja'];

const known = new Set([...settings, ...vocabularies, ...templates]);

export const isSettings = (name: string): boolean => settings.includes(name);

/**
 * Picks from a folder's files those that make the base model what it is: its config, weights, tokenizer and template.
 * Everything else that lies there changes nothing: a README, `.git`, other formats of the same weights.
 */
export function partsOfBase(names: readonly string[], indexed: readonly string[]): string[] {
  const there = new Set(names);
  const weights = indexed.length > 0 ? indexed : [singleWeights];
  return [...new Set([...names.filter((name) => known.has(name)), ...weights])]
    .filter((name) => there.has(name))
    .sort();
}

/** Lists the files of weights that an index names. */
export function indexedWeights(index: unknown): string[] {
  const map = isRecord(index) && isRecord(index.weight_map) ? index.weight_map : {};
  return [...new Set(Object.values(map).filter((name) => typeof name === 'string'))].sort();
}
