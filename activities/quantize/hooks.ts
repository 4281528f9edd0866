import type { Handle, Json } from '../../core/handles.ts';
import type { ResolvedStep } from '../../core/kinds/options/resolve-options.ts';
import { askedEngine, typesOf } from '../../core/quantization/types.ts';
import type { Pins } from '../../protocol/activities.ts';
import type { Deps, HooksOf } from '../engine/deps.ts';
import { removeLeftModels } from './gguf/staging-models.ts';
import { removeKeptFiles } from './measured/kept-work.ts';
import { pinnedRoute } from './pinned-route.ts';
import { preflight } from './preflight.ts';

export const quantizeHooks: HooksOf<'quantize'> = { preflight, keyOptions, removeLeftovers };

async function removeLeftovers(folder: string): Promise<void> {
  await removeLeftModels(folder);
  await removeKeptFiles(folder).catch(() => undefined);
}

/**
 * Puts the types into one order, since that of the document says nothing. Replaces `auto` by the converter that was proven for this model: with another Ollama it may be another one, and so
 * another file. What is chosen by the names in the model's files follows from the model, and stays `auto`.
 */
async function keyOptions({ options }: ResolvedStep<'quantize'>, fixed: Json, pins: Pins, deps: Deps): Promise<Json> {
  const types = typesOf(options.type);
  const type = Array.isArray(options.type) ? { type: types } : {};
  const named = { ...(fixed as { [option: string]: Json }), ...type };
  if (!pins.routes || askedEngine(options) !== 'auto') return named;
  const manifest = await deps.store.manifestOf(options.model as Handle);
  const route = manifest && pinnedRoute(pins, manifest, { type: types[0]!, engine: 'auto' });
  return route ? { ...named, engine: route.engine } : named;
}
