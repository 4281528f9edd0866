import type { Phase } from '../../core/reasons.ts';
import type { CurveEvent } from '../../core/report/curves.ts';
import type { Progress } from '../../protocol/progress.ts';
import type { TrainerEvent } from '../../protocol/trainer/events.ts';
import { LossCurve } from './loss-curve.ts';
import { SettledPace } from './settled-pace.ts';

const phaseBeside = (gpus: readonly string[]): Phase =>
  gpus.length > 0 ? { code: 'training_beside_gpus', facts: { gpus: [...gpus] } } : { code: 'training', facts: {} };

/** What the heartbeats of one training carry, event by event. */
export class TrainingProgress {
  readonly #curve = new LossCurve();
  #pace = new SettledPace();
  #evaluated: { step: number; eval_loss: number } | undefined;
  #progress: Progress = { phase: { code: 'starting', facts: {} } };

  /** `earlier`: what the attempts before this one told. */
  constructor(earlier: readonly CurveEvent[] = []) {
    for (const event of earlier) this.#measure(event);
  }

  /** Undefined for an event that a person learns nothing from. `besideGpus`: devices that a training on the CPU leaves unused. */
  note(event: TrainerEvent, besideGpus: readonly string[] = []): Progress | undefined {
    this.#measure(event);
    const change = progressOf(event, besideGpus);
    if (!change) return undefined;
    const { eta_seconds, eval_loss: _, ...known } = this.#progress;
    const eta =
      event.event === 'progress' ? this.#pace.note(event.eta_seconds, event.max_steps - event.step) : eta_seconds;
    const { losses } = this.#curve;
    this.#progress = {
      ...known,
      ...(eta === undefined || event.event === 'started' ? {} : { eta_seconds: eta }),
      ...(losses.length > 0 ? { losses } : {}),
      ...(this.#evaluated ? { eval_loss: this.#evaluated.eval_loss } : {}),
      ...change,
    };
    return this.#progress;
  }

  #measure(event: TrainerEvent | CurveEvent): void {
    if (event.event === 'progress' && typeof event.loss === 'number') this.#curve.add(event.step, event.loss);
    if (event.event === 'evaluated') this.#evaluated = event;
    if (event.event !== 'started') return;
    this.#curve.goBackTo(event.step);
    if (this.#evaluated && this.#evaluated.step > event.step) this.#evaluated = undefined;
    this.#pace = new SettledPace();
  }
}

/** Turns a trainer event into the progress that a person watches; the time that remains is not in it. */
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
      const { step, max_steps, loss, learning_rate, tokens_per_second, memory_bytes } = event;
      const known = { step, max_steps, learning_rate, tokens_per_second, memory_bytes };
      const fraction = max_steps > 0 ? step / max_steps : 0;
      return { phase: training, fraction, ...known, ...(typeof loss === 'number' ? { loss } : {}) };
    }
    case 'evaluated':
      return { phase: training };
    case 'checkpoint':
      return { phase: training, checkpoint: event.step };
    default:
      return undefined;
  }
}
