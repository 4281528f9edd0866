import type { Phase } from '../../core/reasons.ts';
import type { Progress } from '../../protocol/progress.ts';
import type { TrainerEvent } from '../process/run-trainer.ts';

const numbers = [
  'step',
  'max_steps',
  'loss',
  'learning_rate',
  'tokens_per_second',
  'eta_seconds',
  'memory_bytes',
] as const;

const training: Phase = { code: 'training', facts: {} };

/** What a trainer event says to a person who watches. */
export function progressOf(event: TrainerEvent): Progress | undefined {
  switch (event.event) {
    case 'waiting':
      return { phase: { code: 'device_lock', facts: event.holder ? { holder: String(event.holder) } : {} } };
    case 'loading':
      return { phase: { code: 'loading_base', facts: {} } };
    case 'dataset':
      return { phase: { code: 'tokenized', facts: { rows: Number(event.rows) } } };
    case 'started':
      return { phase: training, step: Number(event.step), max_steps: Number(event.max_steps) };
    case 'resumed':
      return {
        phase: { code: 'resumed', facts: { step: Number(event.step) } },
        step: Number(event.step),
        checkpoint: Number(event.step),
      };
    case 'progress': {
      const known = numbers.filter((name) => typeof event[name] === 'number').map((name) => [name, event[name]]);
      const fraction = Number(event.max_steps) > 0 ? Number(event.step) / Number(event.max_steps) : 0;
      return { phase: training, fraction, ...(Object.fromEntries(known) as Partial<Progress>) };
    }
    case 'checkpoint':
      return { phase: training, checkpoint: Number(event.step) };
    default:
      return undefined;
  }
}
