import { isRecord } from '../../../core/json.ts';
import type { Manifest } from '../../../services/store/manifest.ts';
import { baseIdentity } from '../../bases/base-identity.ts';
import type { StepContext } from '../../engine/step-context.ts';
import { openBase } from '../../process/base-model.ts';

/**
 * Opens the base model that a model was trained from, to measure it on the same rows. Undefined unless a step of the run names
 * it, as the merge does, or the store has it: a name alone may stand for another model by now.
 */
export async function openBaseOf(
  context: StepContext<'quantize'>,
  { base }: Manifest['meta'],
): Promise<string | undefined> {
  const { deps, input, signal } = context;
  const digest = isRecord(base) ? base.digest : undefined;
  if (typeof digest !== 'string') return undefined;
  const { bases, files } = input.pins;
  const folders = Object.keys(files).filter((path) => files[path]!.parts);
  for (const name of [...Object.keys(bases), ...folders])
    if ((await baseIdentity(deps, name, input.pins)) === digest)
      return (await openBase(context, name, input.pins)).path;
  if (!digest.startsWith('sha256:')) return undefined;
  const opened = await deps.store.open({ kind: 'model', digest }, { verify: true, signal }).catch(() => undefined);
  return opened?.path;
}
