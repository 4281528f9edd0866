import { CancellationScope, workflowInfo } from '@temporalio/workflow';
import type { HistoryLimits } from '../../protocol/run-input.ts';

export const usualLimits: HistoryLimits = { most: 25_000 };
const mostBytes = 20_000_000;

/**
 * A run of a thousand steps may outgrow what one history holds. It then goes on in a new execution under the same id,
 * with what has ended; that takes a moment in which no activity is under way.
 */
export class HistoryWatch {
  readonly #limits: HistoryLimits;
  readonly #canLeave: () => boolean;
  #underWay = 0;
  #isAwaited = false;
  /** Known once it has been found that the new execution could not be told enough: what has ended only grows. */
  #mustStay = false;
  #leave = () => {};
  /** Resolves when the run is to go on in a new execution; nothing starts any more then. */
  readonly left: Promise<'left'>;

  /** `canLeave`: whether what the new execution must be told fits into its input. */
  constructor(limits: HistoryLimits, canLeave: () => boolean) {
    this.#limits = limits;
    this.#canLeave = canLeave;
    this.left = new Promise((resolve) => {
      this.#leave = () => resolve('left');
    });
  }

  /** Carries out an activity, unless the history has become too long: then it waits for the new execution. */
  async carryOut<T>(activity: () => Promise<T>): Promise<T> {
    const isTime = !this.#mustStay && (this.#isFull() || (this.#underWay === 0 && this.#isDue()));
    if (this.#isAwaited || isTime) await this.#waitForNew();
    return await this.count(activity);
  }

  /** For activities that answer a message: the new execution could not answer it. */
  async count<T>(activity: () => Promise<T>): Promise<T> {
    this.#underWay += 1;
    try {
      return await activity();
    } finally {
      this.#underWay -= 1;
      if (this.#isAwaited && this.#underWay === 0) this.#leave();
    }
  }

  async #waitForNew(): Promise<void> {
    if (!this.#isAwaited) {
      this.#mustStay = !this.#canLeave();
      if (this.#mustStay) return;
      this.#isAwaited = true;
      if (this.#underWay === 0) this.#leave();
    }
    // Never goes on in this execution, but can be cancelled in it.
    await CancellationScope.current().cancelRequested;
  }

  #isDue(): boolean {
    const { historyLength, continueAsNewSuggested } = workflowInfo();
    return this.#limits.due === undefined ? continueAsNewSuggested : historyLength >= this.#limits.due;
  }

  #isFull(): boolean {
    const { historyLength, historySize } = workflowInfo();
    return historyLength >= this.#limits.most || historySize >= mostBytes;
  }
}
