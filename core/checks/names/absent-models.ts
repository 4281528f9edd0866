import { baseSource } from '../../kinds/options/base-source.ts';
import { fullModelName } from '../../model-name.ts';
import type { Finding } from '../finding.ts';
import { type Known, type KnownStep, type NamedValue, namedValues, placeOf } from '../known.ts';

/** The models that Ollama must have when a run begins, wherever in the steps they stand: all but those that the run makes. */
export function modelsAsked(steps: readonly KnownStep[]): (Pick<NamedValue, 'step' | 'path'> & { name: string })[] {
  const named = namedValues({ steps });
  const made = new Set(named.flatMap(({ mark, value }) => (mark === 'creates' ? [fullModelName(value)] : [])));
  return named.flatMap(({ mark, mayBeAbsent, step, path, value }) => {
    const source = mark === 'base' ? baseSource(value) : undefined;
    const name = source?.from === 'ollama' ? source.name : mark === 'ollama' && !mayBeAbsent ? value : undefined;
    return name === undefined || made.has(fullModelName(name)) ? [] : [{ step, path, name }];
  });
}

/** Finds models that steps ask and Ollama does not have. */
export function findAbsentModels({ steps, servers }: Known): Finding[] {
  const { ollama } = servers ?? {};
  if (!ollama) return [];
  const there = new Set(ollama.models.map(fullModelName));
  return modelsAsked(steps).flatMap(({ step, path, name }): Finding[] => {
    if (there.has(fullModelName(name))) return [];
    const facts = { name, ...(ollama.at === undefined ? {} : { at: ollama.at }), has: ollama.models };
    return [
      {
        ...{ code: 'MODEL_NOT_IN_OLLAMA', reason: 'not-in-ollama', facts },
        ...{ place: placeOf(step, path), level: 'warning' },
      },
    ];
  });
}
