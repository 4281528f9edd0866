/**
 * Lets a number of holders through at a time, in the order in which they came. A cancelled waiter learns of it at its turn.
 * That is soon, since those ahead of it are cancelled too, and it keeps a thousand waiters cheap.
 */
export class Slots {
  #free: number;
  readonly #waiting: (() => void)[] = [];

  constructor(count: number) {
    this.#free = count;
  }

  /** Returns undefined where there is nothing to wait for. Each turn is given back with `give`. */
  take(): Promise<void> | undefined {
    if (this.#free > 0) {
      this.#free -= 1;
      return undefined;
    }
    return new Promise((resolve) => this.#waiting.push(resolve));
  }

  give(): void {
    const next = this.#waiting.shift();
    if (next) next();
    else this.#free += 1;
  }
}
