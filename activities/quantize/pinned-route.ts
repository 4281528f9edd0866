import { isRecord } from '../../core/json.ts';
import type { PinnedRoute, Pins } from '../../protocol/activities.ts';
import type { Manifest } from '../../services/store/manifest.ts';
import type { Engine } from './gguf/choose-engine.ts';

/**
 * The converter that a small model of the base's kind has proven before the training. Reads no more than the manifest of the merged
 * model, which stays when the bytes are dropped: the key of a step is asked for then too.
 */
export function pinnedRoute(
  pins: Pins,
  { meta, files }: Pick<Manifest, 'meta' | 'files'>,
  { type, engine: asked }: { type: string; engine: PinnedRoute['asked'] },
): { engine: Engine; reason: string } | undefined {
  const base = isRecord(meta.base) ? meta.base.digest : undefined;
  const file = files.find(({ path }) => path === 'chat_template.jinja');
  const template = file ? `sha256:${file.sha256}` : null;
  const { engine, reason } =
    pins.routes?.find(
      (route) => route.base === base && route.template === template && route.type === type && route.asked === asked,
    ) ?? {};
  return engine && reason ? { engine, reason } : undefined;
}
