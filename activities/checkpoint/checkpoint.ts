import { megabytes } from '../../core/words/megabytes.ts';
import type { Deps } from '../engine/deps.ts';
import { step } from '../engine/step.ts';
import { runTrainer } from '../process/run-trainer.ts';

export const checkpoint = (deps: Deps) =>
  step('checkpoint', deps, async (context) => {
    const { options } = context;
    const training = await deps.store.open(options.from, { verify: true, signal: context.signal });
    const staging = await context.stage();
    context.progress({ phase: { code: 'selecting', facts: {} } });
    const outputs = await runTrainer(context, 'adapter', {
      checkpoints: training.path,
      select: options.select,
      out: `${staging}/files`,
    });
    // The metadata does not name the run: an interrupted training gives the same adapter with the same digest.
    const adapter = await context.publish(staging, 'adapter', training.manifest.meta);
    const { step, eval_loss, trainable_parameters: trained, parameters: all, bytes } = outputs;
    return {
      outputs: {
        adapter,
        step,
        eval_loss,
        trainable_parameters: trained,
        parameters: all,
        bytes,
      },
      summary: `step ${step}: ${trained.toLocaleString('en')} of ${all.toLocaleString('en')} parameters trained (${((100 * trained) / all).toFixed(2)} %), adapter of ${megabytes(bytes)} MB`,
    };
  });
