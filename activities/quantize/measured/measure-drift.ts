import { maxMeasuredBytes, maxWeighedTokens } from '../../../core/quantization/limits.ts';
import type { Drift } from '../../../protocol/trainer/drift.ts';
import type { Outputs } from '../../../protocol/trainer/outputs.ts';
import type { WorkContext } from '../../engine/deps.ts';
import { runTrainer } from '../../process/run-trainer.ts';
import type { Rows } from './rows.ts';

interface Measured {
  model: string;
  parent: string;
  candidates: readonly { name: string; path: string }[];
  rows: Rows;
  /** Folder of the base model, if it is at hand and to be measured. */
  base: string | undefined;
  onMeasured?: (name: string, drift: Drift) => Promise<void>;
}

/** Measures files against their f16 parent. `onMeasured` is called after each, so that what is known survives a kill. */
export async function measureDrift(
  context: WorkContext,
  { model, parent, candidates, rows, base, onMeasured }: Measured,
): Promise<Outputs<'drift'>> {
  const phase = { code: 'measuring_drift', facts: { types: candidates.length } } as const;
  context.progress({ phase });
  const told: Promise<void>[] = [];
  const outputs = await runTrainer(
    context,
    'drift',
    {
      model,
      parent,
      candidates: [...candidates],
      rows: rows.measured,
      thoughts: rows.thoughts,
      max_bytes: maxMeasuredBytes,
      base: base ?? null,
      work: context.folder,
    },
    {
      onEvent: (event) => {
        if (event.event === 'measuring') context.progress({ phase, fraction: event.done / event.total });
        if (event.event !== 'drift_measured' || !onMeasured) return;
        const { name, kl, kl_error, same_top, logprob, bits_per_byte } = event;
        told.push(onMeasured(name, { kl, kl_error, same_top, logprob, bits_per_byte }));
      },
    },
  );
  await Promise.all(told);
  return outputs;
}

/** Throws DRIFT_NOT_MEASURABLE unless the weights of a GGUF file can be found in the model that it was converted from. */
export async function checkMeasurable(
  context: WorkContext,
  { model, parent }: { model: string; parent: string },
): Promise<void> {
  const nothing = { rows: null, thoughts: 'keep', max_bytes: 0, base: null } as const;
  await runTrainer(context, 'drift', { model, parent, ...nothing, candidates: [], work: context.folder });
}

/** Writes an importance matrix of the training rows to `out`. */
export async function weighInputs(
  context: WorkContext,
  { model, parent, rows, out }: { model: string; parent: string; rows: Rows; out: string },
): Promise<Outputs<'importance'>> {
  const phase = { code: 'weighing', facts: {} } as const;
  context.progress({ phase });
  return await runTrainer(
    context,
    'importance',
    { model, parent, rows: rows.training, thoughts: rows.thoughts, max_tokens: maxWeighedTokens, out },
    {
      onEvent: (event) => {
        if (event.event === 'measuring') context.progress({ phase, fraction: event.done / event.total });
      },
    },
  );
}
