/** So many estimates in a row must agree, within this factor. */
const [agreeing, factor] = [4, 1.1];

/**
 * Says when the time that remains is worth telling: the first steps of a training are slower than the rest. Once told it
 * stays told, until the training starts anew.
 */
export class SettledPace {
  /** Seconds per step, as the newest estimates have it. */
  #latest: number[] = [];
  #isSettled = false;

  /** The estimate, or undefined while it still moves. */
  note(etaSeconds: number, stepsLeft: number): number | undefined {
    if (stepsLeft <= 0) return undefined;
    this.#latest = [...this.#latest, etaSeconds / stepsLeft].slice(-agreeing);
    const [least, greatest] = [Math.min(...this.#latest), Math.max(...this.#latest)];
    this.#isSettled ||= this.#latest.length === agreeing && greatest <= least * factor;
    return this.#isSettled ? etaSeconds : undefined;
  }
}
