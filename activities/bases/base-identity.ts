import { comesFromGguf, isLocalBase } from '../../core/kinds/options/base-source.ts';
import type { Pins } from '../../protocol/activities.ts';
import type { Deps } from '../engine/deps.ts';
import { pinnedBase } from '../engine/pinned-files.ts';
import { ggufIdentity, locateGguf } from './locate-gguf.ts';

/** What stands for a base in keys and adapters: equal for equal models, whatever the document calls them. */
export async function baseIdentity(deps: Deps, base: string, pins: Pins): Promise<string> {
  if (comesFromGguf(base)) return ggufIdentity(pins.bases[base]?.revision ?? (await locateGguf(deps, base)).digest);
  return isLocalBase(base) ? (await pinnedBase(deps, base, pins)).digest : hubIdentity(base, pins);
}

/** A name on the Hub or on ModelScope with its commit. */
export function hubIdentity(base: string, pins: Pins): string {
  const name = base.split('@')[0]!;
  const where = name.startsWith('modelscope:') ? '' : 'hub:';
  return `${where}${name}@${pins.bases[base]?.revision ?? base.split('@')[1] ?? 'main'}`;
}
