import { TemperError } from '../../core/errors/temper-error.ts';
import { phaseWords } from '../../core/words/phases.ts';
import type { Progress } from '../../protocol/progress.ts';

/** Node's timers overflow at 2³¹ ms, so a long limit is a chain of timers. */
const maxTimerMs = 3_600_000;

/**
 * Stops a step when all its attempts together have worked for `timeout_minutes`. The clock pauses while the step waits for
 * the device and while the machine sleeps.
 */
export class WorkLimit {
  readonly #minutes: number | undefined;
  readonly #before: number;
  readonly #controller = new AbortController();
  #timer: NodeJS.Timeout | undefined;
  #worked = 0;
  /** When it began to work; undefined while it waits. */
  #since: number | undefined;
  #waited = 0;
  #waitsSince: number | undefined;

  /** `before`: milliseconds that earlier attempts have worked. Without `minutes` there is no limit. */
  constructor(minutes: number | undefined, before: number) {
    this.#minutes = minutes;
    this.#before = before;
  }

  /** Aborted when the time is spent. */
  get signal(): AbortSignal {
    return this.#controller.signal;
  }

  /** How long this attempt has waited for the device, in milliseconds. */
  get waited(): number {
    return Math.round(this.#waited + (this.#waitsSince === undefined ? 0 : performance.now() - this.#waitsSince));
  }

  /** The step works, from now on or again. */
  work(): void {
    if (this.#since !== undefined) return;
    const now = performance.now();
    if (this.#waitsSince !== undefined) this.#waited += now - this.#waitsSince;
    this.#waitsSince = undefined;
    this.#since = now;
    this.#watch();
  }

  /** The step waits until another process releases the device. */
  wait(): void {
    if (this.#since === undefined) return;
    const now = performance.now();
    this.#worked += now - this.#since;
    this.#since = undefined;
    this.#waitsSince = now;
    clearTimeout(this.#timer);
  }

  end(): void {
    clearTimeout(this.#timer);
  }

  /** The failure of a step whose time is used up. */
  failure(step: { runId: string; step: string }, latest: Progress): TemperError {
    const reached =
      latest.step === undefined
        ? `its phase was "${phaseWords(latest.phase)}"`
        : `it reached step ${latest.step}${latest.max_steps ? ` of ${latest.max_steps}` : ''}${latest.checkpoint === undefined ? '' : `, with checkpoint ${latest.checkpoint} saved`}`;
    return new TemperError(
      'TIMED_OUT',
      `${step.step} worked for ${this.#minutes} minutes, the limit of timeout_minutes; ${reached}`,
      {
        remedy: `\`npx temper resume ${step.runId}\` gives it the same number of minutes again, from its last checkpoint. Or raise \`timeout_minutes\` and start a new run, which reuses the finished steps.`,
      },
    );
  }

  #watch(): void {
    if (this.#minutes === undefined) return;
    const left = this.#minutes * 60_000 - this.#before - this.#worked - (performance.now() - (this.#since ?? 0));
    if (left <= 0) this.#controller.abort();
    else this.#timer = setTimeout(() => this.#watch(), Math.min(left, maxTimerMs));
  }
}
