import { type BaseFacts, textConfig } from '../base-facts.ts';
import { singleWeights, weightIndex } from '../base-parts.ts';
import type { FindingProblem, Level } from '../finding.ts';
import { eachBase, type NamedBase } from './named-bases.ts';

type Found = FindingProblem & { level?: Level };

/** Finds base models whose files are not there, are not what their names say, or do not belong together. */
export const findIncompleteBases = eachBase((named) => {
  const { facts, value: base } = named;
  if (facts.is === 'cached' || facts.is === 'other') return [];
  if (facts.is === 'absent')
    return [{ code: 'FILE_NOT_FOUND', reason: 'no-such-file', facts: { path: base }, level: 'not-yet' }];
  if (facts.is === 'file') return [{ code: 'BASE_INCOMPLETE', reason: 'base-is-file', facts: { base } }];
  if (facts.names.includes('adapter_config.json'))
    return [{ code: 'BASE_INCOMPLETE', reason: 'base-is-adapter', facts: { base } }];
  const broken = facts.broken
    .filter(({ file }) => named.role !== 'tokenizer' || !file.endsWith('.safetensors'))
    .map(
      ({ file, why }): Found => ({
        code: 'BASE_INCOMPLETE',
        reason: 'broken-base-file',
        facts: { base, file, why },
      }),
    );
  return broken.length > 0 || facts.is === 'gguf' ? broken : [...findMissing(named), ...findContradictions(named)];
});

const tokenizers = [
  'tokenizer.json',
  'tokenizer.model',
  'vocab.json',
  'vocab.txt',
  'spiece.model',
  'sentencepiece.bpe.model',
];
const pickles = /\.(?:bin|pt|pth|ckpt|pkl)$/;

function findMissing({ facts, value: base, role, options }: NamedBase): Found[] {
  const { names, missing } = facts;
  if (!names.includes('config.json')) {
    const ggufs = names.filter((name) => name.endsWith('.gguf')).length;
    return [{ code: 'BASE_INCOMPLETE', reason: 'no-base-config', facts: { base, ggufs } }];
  }
  const found: Found[] = [];
  if (!tokenizers.some((name) => names.includes(name)))
    found.push({ code: 'BASE_INCOMPLETE', reason: 'no-tokenizer', facts: { base } });
  if (role === 'tokenizer') return found;
  if (missing.length > 0)
    found.push({ code: 'BASE_INCOMPLETE', reason: 'missing-weights', facts: { base, files: missing } });
  else if (!names.includes(singleWeights) && !names.includes(weightIndex)) {
    const files = names.filter((name) => pickles.test(name) && !/^(?:training_args|optimizer|scheduler)\./.test(name));
    const shards = names.filter((name) => /^model-\d+-of-\d+\.safetensors$/.test(name));
    found.push(
      files.length > 0 && shards.length === 0
        ? { code: 'UNSAFE_WEIGHTS', reason: 'only-pickles', facts: { base, files } }
        : { code: 'BASE_INCOMPLETE', reason: 'no-weights', facts: { base, hasShards: shards.length > 0 } },
    );
  }
  if (role === 'trained' && !facts.hasTemplate && options.template === undefined)
    found.push({ code: 'NO_TEMPLATE', reason: 'no-template', facts: { base } });
  return found;
}

/** The library fills a tensor that is missing with random numbers, and says so only in its log. */
function findContradictions({ facts, value: base, role }: NamedBase): Found[] {
  if (role === 'tokenizer' || facts.weights.names.length === 0 || facts.missing.length > 0) return [];
  const { highestAddedToken: token, weights } = facts;
  const found: Found[] = [];
  const [layers, there] = [textConfig(facts).num_hidden_layers, layersOf(facts)];
  if (typeof layers === 'number' && there > 0 && there < layers)
    found.push({ code: 'BASE_INCOMPLETE', reason: 'missing-layers', facts: { base, layers, there } });
  if (
    facts.config?.tie_word_embeddings === false &&
    facts.config.text_config === undefined &&
    !weights.names.some((name) => /(?:lm_head|output|embed_out)\b/.test(name))
  )
    found.push({ code: 'BASE_INCOMPLETE', reason: 'no-output-layer', facts: { base } });
  if (token !== undefined && weights.embeddings !== undefined && token >= weights.embeddings)
    found.push({
      code: 'BASE_INCOMPLETE',
      reason: 'token-without-embedding',
      facts: { base, token, rows: weights.embeddings },
    });
  return found;
}

/** How many layers the weights have, by the highest number in their names. */
function layersOf({ weights }: BaseFacts): number {
  let highest = -1;
  for (const name of weights.names) {
    const number = /(?:^|\.)(?:layers|h|blocks)\.(\d+)\./.exec(name)?.[1];
    if (number !== undefined && !/vision|audio|visual/.test(name)) highest = Math.max(highest, Number(number));
  }
  return highest + 1;
}
