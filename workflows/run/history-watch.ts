import { CancellationScope, workflowInfo } from '@temporalio/workflow';
import type { HistoryLimits } from '../../protocol/run-input.ts';

export const defaultHistoryLimits: HistoryLimits = { maxEvents: 25_000 };
const maxHistoryBytes = 20_000_000;

/**
 * A run of a thousand steps may outgrow one history. It then continues in a new execution under the same id, which is told
 * which steps have ended. That takes a moment in which no activity is under way.
 */
export class HistoryWatch {
  readonly #limits: HistoryLimits;
  readonly #canContinue: () => boolean;
  #underWay = 0;
  /** Nothing starts any more in this execution. */
  #isFinishing = false;
  /** The input of a new execution would be too large; it only grows. */
  #mustStay = false;
  #resolve = () => {};
  /** Resolves when the run is to continue in a new execution. */
  readonly left: Promise<'left'>;

  /** `canContinue`: whether what a new execution must be told fits into its input. */
  constructor(limits: HistoryLimits, canContinue: () => boolean) {
    this.#limits = limits;
    this.#canContinue = canContinue;
    this.left = new Promise((resolve) => {
      this.#resolve = () => resolve('left');
    });
  }

  /** Starts an activity, unless the history is full: then it waits for the new execution, so it never ends in this one. */
  async withinHistory<T>(activity: () => Promise<T>): Promise<T> {
    const isTime = !this.#mustStay && (this.#isFull() || (this.#underWay === 0 && this.#isDue()));
    if (this.#isFinishing || isTime) await this.#waitForNewExecution();
    return await this.keepOpen(activity);
  }

  /** Keeps this execution open meanwhile, for what answers a message or waits for one: a new execution would not know of it. */
  async keepOpen<T>(work: () => Promise<T>): Promise<T> {
    this.#underWay += 1;
    try {
      return await work();
    } finally {
      this.#underWay -= 1;
      if (this.#isFinishing && this.#underWay === 0) this.#resolve();
    }
  }

  async #waitForNewExecution(): Promise<void> {
    if (!this.#isFinishing) {
      this.#mustStay = !this.#canContinue();
      if (this.#mustStay) return;
      this.#isFinishing = true;
      if (this.#underWay === 0) this.#resolve();
    }
    await CancellationScope.current().cancelRequested; // rejects when the run is cancelled, and never resolves
  }

  #isDue(): boolean {
    const { historyLength, continueAsNewSuggested } = workflowInfo();
    return this.#limits.dueEvents === undefined ? continueAsNewSuggested : historyLength >= this.#limits.dueEvents;
  }

  #isFull(): boolean {
    const { historyLength, historySize } = workflowInfo();
    return historyLength >= this.#limits.maxEvents || historySize >= maxHistoryBytes;
  }
}
