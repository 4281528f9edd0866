import type { Json } from '../../core/handles.ts';
import type { ResolvedStep } from '../../core/kinds/options/resolve-options.ts';
import type { Pins } from '../../protocol/activities.ts';
import type { Deps, HooksOf } from '../engine/deps.ts';
import { removeLeftModels } from '../quantize/gguf/staging-models.ts';

export const importHooks: HooksOf<'import'> = { keyOptions, removeLeftovers: removeLeftModels };

/** An adapter alone is converted here, so its key holds the converter too. */
function keyOptions({ options }: ResolvedStep<'import'>, fixed: Json, _: Pins, { converters }: Deps): Json {
  return options.adapter ? { ...(fixed as { [option: string]: Json }), converters } : fixed;
}
