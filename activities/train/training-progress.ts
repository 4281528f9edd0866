import type { Phase } from '../../core/reasons.ts';
import type { Progress } from '../../protocol/progress.ts';
import type { TrainerEvent } from '../../protocol/trainer/events.ts';

const phaseBeside = (gpus: readonly string[]): Phase =>
  gpus.length > 0 ? { code: 'training_beside_gpus', facts: { gpus: [...gpus] } } : { code: 'training', facts: {} };

/** Turns a trainer event into the progress that a person watches. `besideGpus`: devices that a training on the CPU leaves unused. */
export function progressOf(event: TrainerEvent, besideGpus: readonly string[] = []): Progress | undefined {
  const training = phaseBeside(besideGpus);
  switch (event.event) {
    case 'waiting':
      return { phase: { code: 'device_lock', facts: event.holder ? { holder: event.holder } : {} } };
    case 'loading':
      return { phase: { code: 'loading_base', facts: {} } };
    case 'dataset':
      return { phase: { code: 'tokenized', facts: { rows: event.rows } } };
    case 'started':
      return { phase: training, step: event.step, max_steps: event.max_steps };
    case 'resumed':
      return {
        phase: { code: 'resumed', facts: { step: event.step } },
        step: event.step,
        checkpoint: event.step,
      };
    case 'progress': {
      const { step, max_steps, loss, learning_rate, tokens_per_second, eta_seconds, memory_bytes } = event;
      const known = { step, max_steps, learning_rate, tokens_per_second, eta_seconds, memory_bytes };
      const fraction = max_steps > 0 ? step / max_steps : 0;
      return { phase: training, fraction, ...known, ...(typeof loss === 'number' ? { loss } : {}) };
    }
    case 'checkpoint':
      return { phase: training, checkpoint: event.step };
    default:
      return undefined;
  }
}
