import { TemperError } from '../../core/errors/temper-error.ts';
import { phaseWords } from '../../core/words/phases.ts';
import type { Progress } from '../../protocol/progress.ts';

/** Node's timers take no longer ones. */
const longestTimer = 3_600_000;

/**
 * Ends a step's work when all its attempts together have worked as long as `timeout_minutes` allows. The clock stands
 * while the step waits for the device, and while the machine sleeps.
 */
export class WorkLimit {
  readonly #minutes: number | undefined;
  readonly #before: number;
  readonly #controller = new AbortController();
  #timer: NodeJS.Timeout | undefined;
  #worked = 0;
  /** Since when it works; undefined while it waits. */
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

  /** Milliseconds for which this attempt has waited for the device. */
  get waited(): number {
    return Math.round(this.#waited + (this.#waitsSince === undefined ? 0 : performance.now() - this.#waitsSince));
  }

  /** It works, from now on or again. */
  work(): void {
    if (this.#since !== undefined) return;
    const now = performance.now();
    if (this.#waitsSince !== undefined) this.#waited += now - this.#waitsSince;
    this.#waitsSince = undefined;
    this.#since = now;
    this.#watch();
  }

  /** It can do nothing before somebody else lets go of the device. */
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

  /** What to say when the time is spent. */
  failure(step: { runId: string; step: string }, latest: Progress): TemperError {
    const reached =
      latest.step === undefined
        ? `it was at "${phaseWords(latest.phase)}"`
        : `it had reached step ${latest.step}${latest.max_steps ? ` of ${latest.max_steps}` : ''}${latest.checkpoint === undefined ? '' : `, with checkpoint ${latest.checkpoint} saved`}`;
    return new TemperError(
      'TIMED_OUT',
      `${step.step} has worked for ${this.#minutes} minutes, as long as its timeout_minutes allows; ${reached}`,
      {
        remedy: `Give it as many minutes again, from its last checkpoint if it has one: \`npx temper resume ${step.runId}\`. Or raise \`timeout_minutes\` in the document and start a new run, which reuses what had ended well.`,
      },
    );
  }

  #watch(): void {
    if (this.#minutes === undefined) return;
    const left = this.#minutes * 60_000 - this.#before - this.#worked - (performance.now() - (this.#since ?? 0));
    if (left <= 0) this.#controller.abort();
    else this.#timer = setTimeout(() => this.#watch(), Math.min(left, longestTimer));
  }
}
