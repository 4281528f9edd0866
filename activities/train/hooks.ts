import type { Json } from '../../core/handles.ts';
import type { ResolvedStep } from '../../core/kinds/options/resolve-options.ts';
import type { Pins } from '../../protocol/activities.ts';
import type { HooksOf } from '../engine/deps.ts';
import { fixedHandle } from '../engine/reuse/key.ts';
import { adapterToContinue, findServedResult } from './continue-from.ts';

export const trainHooks: HooksOf<'train'> = { keyOptions, findEquivalent: findServedResult };

/**
 * Replaces `continue_from` by the adapter's digest, whatever names it; a training from the base model has no such option.
 * `on_template_difference` counts only where it lets a training pass that would else fail.
 */
function keyOptions({ options }: ResolvedStep<'train'>, fixed: Json, pins: Pins): Json {
  const { continue_from: _, on_template_difference: onDifference, ...others } = fixed as { [option: string]: Json };
  const rest = onDifference === 'tell' ? { ...others, on_template_difference: onDifference } : others;
  if (options.continue_from === undefined) return rest;
  const start = adapterToContinue(options.continue_from, pins);
  return start ? { ...rest, continue_from: fixedHandle(start.adapter as unknown as Json) } : rest;
}
