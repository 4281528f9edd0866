import type { Json } from '../../core/handles.ts';
import { mapLeaves } from '../../core/json.ts';
import type { Pins } from '../../protocol/activities.ts';

/** What a step's own options name: a run of a thousand files must not tell all of them to each of its steps. */
export function pinsOf(options: Json, pins: Pins): Pins {
  const named = new Set<string>();
  mapLeaves(options, (leaf) => {
    if (typeof leaf === 'string') named.add(leaf);
    return leaf;
  });
  const only = <T>(record: Readonly<Record<string, T>>): Record<string, T> =>
    Object.fromEntries([...named].flatMap((name) => (Object.hasOwn(record, name) ? [[name, record[name]!]] : [])));
  return {
    ...pins,
    files: only(pins.files),
    bases: only(pins.bases),
    models: only(pins.models),
    ...(pins.adapters ? { adapters: only(pins.adapters) } : {}),
  };
}
