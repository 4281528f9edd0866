/** A training is stalled when no step ends for this many times the usual duration of one. */
const patience = 5;
/** Steps to have seen before any of them counts as usual: the first ones compile, warm caches and allocate. */
const seenFirst = 5;
/** Saving to a slow disk, and anything else that has no steps, may take this long. Milliseconds. */
const withoutSteps = 10 * 60_000;

/**
 * Notices a training that has stopped moving: a hung driver, a frozen process, a dead network disk.
 * `now` is a clock in milliseconds that stands still while the machine sleeps, so that a closed laptop is no stall.
 */
export class StallWatch {
  readonly #floor: number;
  readonly #now: () => number;
  readonly #stepTimes: number[] = [];
  #step: number | undefined;
  #stepAt = 0;
  #aliveAt: number;
  #isStepping = false;

  /** `floor`: silence shorter than this many milliseconds is never a stall. */
  constructor(floor: number, now: () => number = () => performance.now()) {
    this.#floor = floor;
    this.#now = now;
    this.#aliveAt = now();
  }

  /** A step has ended; not every one is told, so the time is shared among those since the last. */
  stepped(step: number): void {
    const at = this.#now();
    if (this.#step !== undefined && this.#isStepping && step > this.#step) {
      this.#stepTimes.push((at - this.#stepAt) / (step - this.#step));
      if (this.#stepTimes.length > 20) this.#stepTimes.shift();
    }
    this.#step = step;
    this.#stepAt = this.#aliveAt = at;
    this.#isStepping = true;
  }

  /** It works at something else than steps: loading, evaluating, saving. */
  busy(): void {
    this.#aliveAt = this.#now();
    this.#isStepping = false;
  }

  /** Whatever it was busy with is over; the next step begins. */
  goesOn(): void {
    this.#aliveAt = this.#stepAt = this.#now();
    this.#isStepping = this.#step !== undefined;
  }

  /** What to say of a stall; undefined while there is none. */
  get stall(): string | undefined {
    const silence = this.#now() - this.#aliveAt;
    if (silence < this.#limit) return undefined;
    const usual = this.#isStepping ? `, where a step usually takes ${seconds(this.#usual)}` : '';
    return `nothing moved for ${seconds(silence)} after step ${this.#step ?? 0}${usual}`;
  }

  get #usual(): number {
    const sorted = [...this.#stepTimes].sort((a, b) => a - b);
    return sorted[Math.floor(sorted.length / 2)] ?? 0;
  }

  get #limit(): number {
    // Nothing is known yet of how long loading or compiling takes here; a base may come from a slow disk.
    if (this.#step === undefined || (this.#isStepping && this.#stepTimes.length < seenFirst)) return 6 * withoutSteps;
    return Math.max(this.#floor, this.#isStepping ? patience * this.#usual : withoutSteps);
  }
}

const seconds = (ms: number) => (ms < 10_000 ? `${(ms / 1000).toFixed(1)} s` : `${Math.round(ms / 1000)} s`);
