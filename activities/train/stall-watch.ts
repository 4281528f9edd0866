/** A training is stalled if no step ends for this many times the usual duration of a step. */
const stallFactor = 5;
/** The usual duration is known after this many steps: the first ones are slower, since they compile and fill caches. */
const minTimedSteps = 5;
/** Limit for saving to a slow disk and for other work without steps. */
const maxMsWithoutSteps = 10 * 60_000;

/**
 * Detects a training that makes no progress: a hung driver, a frozen process, a dead network disk.
 * `now` is a clock in milliseconds that pauses while the machine sleeps: a closed laptop is no stall.
 */
export class StallWatch {
  readonly #floor: number;
  readonly #now: () => number;
  readonly #stepTimes: number[] = [];
  #step: number | undefined;
  #stepAt = 0;
  #aliveAt: number;
  #isStepping = false;

  /** `floor`: a shorter silence is never a stall. Milliseconds. */
  constructor(floor: number, now: () => number = () => performance.now()) {
    this.#floor = floor;
    this.#now = now;
    this.#aliveAt = now();
  }

  /** Notes the end of a step. Not every step is reported, so the time since the last report is divided among its steps. */
  noteStep(step: number): void {
    const at = this.#now();
    if (this.#step !== undefined && this.#isStepping && step > this.#step) {
      this.#stepTimes.push((at - this.#stepAt) / (step - this.#step));
      if (this.#stepTimes.length > 20) this.#stepTimes.shift();
    }
    this.#step = step;
    this.#stepAt = this.#aliveAt = at;
    this.#isStepping = true;
  }

  /** Notes a sign of other work than steps: loading, evaluating, saving. */
  noteOtherWork(): void {
    this.#aliveAt = this.#now();
    this.#isStepping = false;
  }

  /** Notes that other work has ended and the next step begins. */
  noteNextStep(): void {
    this.#aliveAt = this.#stepAt = this.#now();
    this.#isStepping = this.#step !== undefined;
  }

  /** The message about a stall; undefined while there is none. */
  get stall(): string | undefined {
    const silence = this.#now() - this.#aliveAt;
    if (silence < this.#limit) return undefined;
    const usual = this.#isStepping ? `, where a step usually takes ${seconds(this.#usual)}` : '';
    return `no progress for ${seconds(silence)} after step ${this.#step ?? 0}${usual}`;
  }

  get #usual(): number {
    const sorted = [...this.#stepTimes].sort((a, b) => a - b);
    return sorted[Math.floor(sorted.length / 2)] ?? 0;
  }

  get #limit(): number {
    // The duration of loading and compiling is not known yet; the base model may be on a slow disk.
    if (this.#step === undefined || (this.#isStepping && this.#stepTimes.length < minTimedSteps))
      return 6 * maxMsWithoutSteps;
    return Math.max(this.#floor, this.#isStepping ? stallFactor * this.#usual : maxMsWithoutSteps);
  }
}

const seconds = (ms: number) => (ms < 10_000 ? `${(ms / 1000).toFixed(1)} s` : `${Math.round(ms / 1000)} s`);
