import { CancellationScope } from '@temporalio/workflow';

/** Lets so many through at a time, in the order in which they came. */
export class Slots {
  #free: number;
  readonly #waiting: (() => void)[] = [];

  constructor(count: number) {
    this.#free = count;
  }

  /** Does `work` when its turn has come; rejects when it is cancelled while it waits. */
  async hold<T>(work: () => Promise<T>): Promise<T> {
    await this.#take();
    try {
      return await work();
    } finally {
      this.#give();
    }
  }

  async #take(): Promise<void> {
    if (this.#free > 0) {
      this.#free -= 1;
      return;
    }
    let isGiven = false;
    let giveTurn = () => {};
    const turn = new Promise<void>((resolve) => {
      giveTurn = () => {
        isGiven = true;
        resolve();
      };
    });
    this.#waiting.push(giveTurn);
    try {
      await Promise.race([turn, CancellationScope.current().cancelRequested]);
    } catch (error) {
      // It may have been given and cancelled in the same moment.
      if (isGiven) this.#give();
      else this.#waiting.splice(this.#waiting.indexOf(giveTurn), 1);
      throw error;
    }
  }

  #give(): void {
    const next = this.#waiting.shift();
    if (next) next();
    else this.#free += 1;
  }
}
