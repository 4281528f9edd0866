import { isRecord } from '../../json.ts';
import { textConfig } from '../base-facts.ts';
import type { Finding } from '../finding.ts';
import { type Known, optionsOf, placeOf } from '../known.ts';
import { eachBase, namedBases } from './named-bases.ts';

/** Names that a message lists. */
const maxNames = 24;

/** Finds layers to train that the base model does not have. */
export const findAbsentModules = eachBase(({ facts, options, role, step }) => {
  const wanted = isRecord(options.lora) ? options.lora.target_modules : undefined;
  if (role !== 'trained' || !Array.isArray(wanted) || facts.weights.names.length === 0) return [];
  const layers = [...new Set(facts.weights.names.map((name) => name.replace(/\.(?:weight|bias)$/, '')))];
  // A head that shares the embedding's weights has none of its own.
  const absent = wanted.filter(
    (each): each is string =>
      typeof each === 'string' &&
      !each.includes('${{') &&
      each !== 'lm_head' &&
      !layers.some((layer) => layer === each || layer.endsWith(`.${each}`)),
  );
  if (absent.length === 0) return [];
  const has = [...new Set(layers.map((layer) => layer.split('.').at(-1)!))].filter(
    (name) => !/norm|^\d+$|embed/.test(name),
  );
  const place = placeOf(step, ['lora', 'target_modules']);
  const told = { absent, has: has.sort().slice(0, maxNames), isAll: absent.length === wanted.length };
  return [
    {
      code: 'BAD_TARGET_MODULES',
      reason: 'absent-modules',
      facts: told,
      place,
      // The library leaves those out in silence as long as one fits.
      ...(told.isAll ? {} : { level: 'warning' as const }),
    },
  ];
});

/** Finds texts longer than the base model can place: in training, and in the context of the served model. */
export function findLongContexts(known: Known): Finding[] {
  const trained = namedBases(known).filter(({ role }) => role === 'trained');
  return trained.flatMap(({ facts, value: base }) => {
    const positions = textConfig(facts).max_position_embeddings;
    if (typeof positions !== 'number') return [];
    return known.steps.flatMap((step): Finding[] => {
      const { max_length, base: own, parameters } = optionsOf(step);
      const context = isRecord(parameters) ? parameters.num_ctx : undefined;
      const [option, tokens] = own === base ? [['max_length'], max_length] : [['parameters', 'num_ctx'], context];
      if (typeof tokens !== 'number' || tokens <= positions) return [];
      const told = { base, tokens, positions };
      return [
        {
          code: 'BAD_OPTIONS',
          reason: 'beyond-positions',
          facts: told,
          place: placeOf(step, option),
          level: 'warning',
        },
      ];
    });
  });
}
