import { CancellationScope, condition, isCancellation } from '@temporalio/workflow';

/** While a run is paused nothing new starts; work that keeps its progress is stopped softly and started again later. */
export class PauseGate {
  #closed: boolean;
  readonly #stoppable = new Set<CancellationScope>();

  constructor(isClosed: boolean) {
    this.#closed = isClosed;
  }

  close(): void {
    this.#closed = true;
    for (const scope of this.#stoppable) scope.cancel();
  }

  open(): void {
    this.#closed = false;
  }

  /** Waits while the run is paused; rejects when it is cancelled meanwhile. */
  async pass(): Promise<void> {
    if (this.#closed) await condition(() => !this.#closed);
  }

  /** Does `work`, once more after each pause that stopped it. A cancelled run passes through as cancelled. */
  async throughPauses<T>(work: () => Promise<T>, stopped: () => void): Promise<T> {
    for (;;) {
      await this.pass();
      const outer = CancellationScope.current();
      const scope = new CancellationScope();
      this.#stoppable.add(scope);
      try {
        return await scope.run(work);
      } catch (error) {
        if (!isCancellation(error) || outer.consideredCancelled) throw error;
        stopped();
      } finally {
        this.#stoppable.delete(scope);
      }
    }
  }
}
