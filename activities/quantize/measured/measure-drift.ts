import { maxMeasuredTokens, maxWeighedTokens } from '../../../core/quantization/limits.ts';
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
  onMeasured?: (name: string, drift: Drift) => Promise<void>;
}

/** Measures files against their f16 parent. `onMeasured` is called after each, so that what is known survives a kill. */
export async function measureDrift(
  context: WorkContext,
  { model, parent, candidates, rows, onMeasured }: Measured,
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
      max_tokens: maxMeasuredTokens,
      work: context.folder,
    },
    {
      onEvent: (event) => {
        if (event.event === 'measuring') context.progress({ phase, fraction: event.done / event.total });
        if (event.event !== 'drift_measured' || !onMeasured) return;
        const { name, kl, kl_error, same_top, logprob } = event;
        told.push(onMeasured(name, { kl, kl_error, same_top, logprob }));
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
  const nothing = { rows: null, thoughts: 'keep', max_tokens: 0 } as const;
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
