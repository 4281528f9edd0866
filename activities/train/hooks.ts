import type { Json } from '../../core/handles.ts';
import type { ResolvedStep } from '../../core/kinds/resolve-options.ts';
import type { Pins } from '../../protocol/activities.ts';
import type { HooksOf } from '../engine/deps.ts';
import { fixedHandle } from '../engine/key.ts';
import { adapterToContinue, servedResult } from './continue-from.ts';

export const trainHooks: HooksOf<'train'> = { keyOptions, findEquivalent: servedResult };

/** However the adapter is named, it counts by its digest; a training that begins anew counts as one without the option. */
function keyOptions({ options }: ResolvedStep<'train'>, fixed: Json, pins: Pins): Json {
  if (options.continue_from === undefined) return fixed;
  const { continue_from: _, ...rest } = fixed as { [option: string]: Json };
  const start = adapterToContinue(options.continue_from, pins);
  return start ? { ...rest, continue_from: fixedHandle(start.adapter as unknown as Json) } : rest;
}
