import { isRecord } from '../../json.ts';
import { knowsArchitecture } from '../../kinds/ollama-converter.ts';
import { textConfig } from '../base-facts.ts';
import type { FindingProblem, Level } from '../finding.ts';
import { optionsOf } from '../known.ts';
import { causalModelTypes } from './causal-models.ts';
import { eachBase, type NamedBase, namedBases } from './named-bases.ts';

type Found = FindingProblem & { level?: Level };

/** Finds base models that cannot be trained as a chat, or not be converted. */
export const findUnfitBases = eachBase((named, known) => {
  if (named.role !== 'trained') return [];
  const kind = findOtherKind(named);
  if (kind) return [kind];
  const [architecture] = architecturesOf(named);
  const engines = known.steps.map((step) => optionsOf(step).engine).filter((engine) => engine !== undefined);
  if (architecture === undefined || !engines.includes('ollama') || knowsArchitecture(architecture)) return [];
  const facts = { base: named.value, architecture };
  return [{ code: 'UNSUPPORTED_ARCHITECTURE', reason: 'unknown-to-converter', facts }];
});

const architecturesOf = ({ facts }: NamedBase): string[] =>
  Array.isArray(facts.config?.architectures)
    ? facts.config.architectures.filter((each) => typeof each === 'string')
    : [];

/** Models that fill in gaps, classify, translate, hear or compare texts. */
function findOtherKind(named: NamedBase): Found | undefined {
  const { value: base, facts } = named;
  const { config } = facts;
  const type = config?.model_type;
  if (!config || typeof type !== 'string') return undefined;
  const [architecture = ''] = architecturesOf(named);
  if (!causalModelTypes.has(type)) {
    const known = { base, type, hasCode: isRecord(config.auto_map) };
    return { code: 'UNSUPPORTED_ARCHITECTURE', reason: 'unknown-model-type', facts: known };
  }
  const speaks = architecture === '' || /(?:ForCausalLM|LMHeadModel|ForConditionalGeneration)$/.test(architecture);
  if (!speaks || config.is_encoder_decoder === true)
    return {
      code: 'UNSUPPORTED_ARCHITECTURE',
      reason: 'not-causal',
      facts: { base, architecture: architecture || type },
    };
  const experts = expertsOf(named);
  if (experts > 1) return { code: 'UNSUPPORTED_ARCHITECTURE', reason: 'mixture-of-experts', facts: { base, experts } };
  const senses = sensesOf(config);
  if (senses.length > 0) return { code: 'UNSUPPORTED_ARCHITECTURE', reason: 'multimodal', facts: { base, senses } };
  if (facts.names.includes('config_sentence_transformers.json'))
    return { code: 'UNSUPPORTED_ARCHITECTURE', reason: 'embedding-model', facts: { base }, level: 'warning' };
  return undefined;
}

/** The settings of its encoders of images or sounds. A converted model has none of them, so it would have lost a sense without a word. */
const sensesOf = (config: Readonly<Record<string, unknown>>): string[] =>
  Object.keys(config).filter((key) => /^(?:vision|audio|speech|image)_config$/.test(key) && isRecord(config[key]));

/** How many experts a layer chooses from; families write it under different names. */
function expertsOf({ facts }: NamedBase): number {
  const config = textConfig(facts);
  const counts = ['num_experts', 'num_local_experts', 'n_routed_experts', 'moe_num_experts'].map((key) => config[key]);
  return Math.max(1, ...counts.filter((count) => typeof count === 'number'));
}

/** Finds base models whose weights are quantized already, and an adapter that is to be merged into them. */
export const findQuantizedBases = eachBase((named, known): Found[] => {
  const settings = named.facts.config?.quantization_config;
  if (!settings || named.role === 'tokenizer') return [];
  const method =
    isRecord(settings) && typeof settings.quant_method === 'string' ? settings.quant_method : 'some method';
  const isMerged =
    named.role === 'merged' || namedBases(known).some(({ role, value }) => role === 'merged' && value === named.value);
  const facts = { base: named.value, method, isMerged };
  return [
    { code: 'QUANTIZED_BASE', reason: 'quantized-base', facts, ...(isMerged ? {} : { level: 'warning' as const }) },
  ];
});
