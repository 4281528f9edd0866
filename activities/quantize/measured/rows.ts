import { join } from 'node:path';
import { TemperError } from '../../../core/errors/temper-error.ts';
import type { Handle } from '../../../core/handles.ts';
import { looksLikeHandle } from '../../../core/json.ts';
import type { Manifest } from '../../../services/store/manifest.ts';
import type { StepContext } from '../../engine/step-context.ts';

/** Rows on which a model is measured, and from which an importance matrix is made. */
export interface Rows {
  dataset: Handle;
  /** The file to measure on, and whether the training has left it out. */
  measured: string;
  side: 'held-out' | 'training';
  training: string;
  /** As in the training. */
  thoughts: 'keep' | 'drop';
}

/** Opens the rows that the document names, or else those that the model was trained on. */
export async function openRows(
  { deps, options, signal }: StepContext<'quantize'>,
  meta: Manifest['meta'],
): Promise<Rows> {
  const dataset = options.dataset ?? meta.dataset;
  if (!looksLikeHandle(dataset))
    throw new TemperError(
      'BAD_OPTIONS',
      'the model does not name the rows it was trained on, so there is nothing to measure on',
      {
        remedy: 'Give the step a `dataset`: the `dataset` output of a prepare step.',
      },
    );
  const { path, manifest } = await deps.store.open(dataset, { verify: true, signal });
  const held = manifest.files.find(({ path: file }) => file === 'eval.jsonl');
  const training = join(path, 'train.jsonl');
  const isHeldOut = held !== undefined && held.size > 0;
  return {
    dataset,
    measured: isHeldOut ? join(path, 'eval.jsonl') : training,
    side: isHeldOut ? 'held-out' : 'training',
    training,
    thoughts: meta.thoughts === 'drop' ? 'drop' : 'keep',
  };
}
