import type { Deps } from '../engine/deps.ts';
import { step } from '../engine/step.ts';
import { asRecorded, openBase } from '../process/base-model.ts';
import { runTrainer } from '../process/run-trainer.ts';

export const merge = (deps: Deps) =>
  step('merge', deps, async (context) => {
    const { options, input } = context;
    const base = await openBase(context, options.base, input.pins);
    const adapter = await deps.store.open(options.adapter, { verify: true, signal: context.signal });
    const staging = await context.stage();
    context.progress({ phase: { code: 'merging', facts: {} } });
    const outputs = await runTrainer(
      context,
      'merge',
      {
        base: await asRecorded(deps, base, adapter.path),
        adapter: adapter.path,
        out: `${staging}/files`,
        dtype: options.dtype,
      },
      {
        onEvent: (event) => {
          if (event.event === 'merging')
            context.progress({
              phase: { code: 'merging', facts: {} },
              fraction: event.done / event.total,
            });
        },
      },
    );
    const model = await context.publish(staging, 'model', { ...adapter.manifest.meta, adapter: options.adapter });
    return {
      outputs: { model, parameters: outputs.parameters, bytes: outputs.bytes },
      summary: `${outputs.merged_tensors} tensors merged, ${outputs.dtype}, ${(outputs.bytes / 1e6).toFixed(1)} MB`,
    };
  });
