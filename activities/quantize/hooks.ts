import type { Handle, Json } from '../../core/handles.ts';
import type { ResolvedStep } from '../../core/kinds/options/resolve-options.ts';
import type { Pins } from '../../protocol/activities.ts';
import type { Deps, HooksOf } from '../engine/deps.ts';
import { removeLeftModels } from './gguf/staging-models.ts';
import { pinnedRoute } from './pinned-route.ts';
import { preflight } from './preflight.ts';

export const quantizeHooks: HooksOf<'quantize'> = { preflight, keyOptions, removeLeftovers: removeLeftModels };

/**
 * Replaces `auto` by the converter that was proven for this model: with another Ollama it may be another one, and so
 * another file. What is chosen by the names in the model's files follows from the model, and stays `auto`.
 */
async function keyOptions({ options }: ResolvedStep<'quantize'>, fixed: Json, pins: Pins, deps: Deps): Promise<Json> {
  if (!pins.routes || options.engine !== 'auto') return fixed;
  const manifest = await deps.store.manifestOf(options.model as Handle);
  const route = manifest && pinnedRoute(pins, manifest, options);
  return route ? { ...(fixed as { [option: string]: Json }), engine: route.engine } : fixed;
}
