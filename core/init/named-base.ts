import { parametersInName } from '../estimates/model-shape.ts';
import { baseSource, isLocalBase } from '../kinds/options/base-source.ts';
import { isSameModelName } from '../model-name.ts';
import { type ChosenBase, weightsFor } from './choose-base.ts';
import type { Capacity, RowFacts } from './facts.ts';
import { knownBases } from './known-bases.ts';
import { weightsOn } from './needs.ts';
import { because } from './reasons.ts';

/** What a person writes as a base may be the bare name of a model in Ollama. `meant` is the value of `base` then. */
export function meantBase(written: string, { models }: Pick<Capacity, 'models'>): string {
  if (isLocalBase(written) || baseSource(written).from !== 'hub') return written;
  // Names of the Hub have no colon.
  return models.some(({ name }) => isSameModelName(name, written)) || /^[^@]+:[^/]+$/.test(written)
    ? `ollama:${written}`
    : written;
}

/** The base that a person names, with what is known of it. */
export function namedBase(base: string, rows: RowFacts, capacity: Capacity): ChosenBase {
  const source = baseSource(base);
  const name = 'name' in source ? source.name : undefined;
  const known = knownBases.find((each) => (source.from === 'ollama' ? each.ollama : each.hub) === name);
  const rival = source.from === 'ollama' ? source.name : known?.ollama;
  const model = capacity.models.find((each) => rival !== undefined && isSameModelName(each.name, rival));
  const parameters = model?.parameters ?? known?.parameters ?? parametersInName(base);
  const context = model?.context ?? known?.context;
  const weights = parameters === undefined ? undefined : weightsFor(parameters, rows.row_tokens.longest, capacity);
  return {
    base,
    ...(rival === undefined ? {} : { rival }),
    present: model !== undefined,
    ...(parameters === undefined ? {} : { parameters }),
    ...(context === undefined ? {} : { context }),
    ...(model?.quantization === undefined ? {} : { quantization: model.quantization }),
    weights: weights ?? weightsOn(capacity).at(parameters === undefined ? 0 : -1)!,
    because: because('base-named', {
      present: model !== undefined,
      ...(source.from === 'ollama' && known ? { original: known.hub } : {}),
    }),
  };
}
