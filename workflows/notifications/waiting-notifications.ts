import { CancellationScope, sleep } from '@temporalio/workflow';
import { waitingNotice, waitsTogether } from '../../core/run/notification.ts';
import type { RunState } from '../../core/run/run-state.ts';
import type { Run } from '../run/run-parts.ts';
import { startTelling } from './notify.ts';

/** Tells somebody, as `on_waiting` says, of steps that have begun to wait for a person, those that begin within moments together. */
export class WaitingNotices {
  readonly #run: () => Run;
  #steps = new Set<string>();

  constructor(run: () => Run) {
    this.#run = run;
  }

  /** Never rejects. A run that is cancelled, or closes, tells nothing more. */
  begun(step: string): void {
    if (!this.#run().plan.on_waiting) return;
    const isFirst = this.#steps.size === 0;
    this.#steps.add(step);
    if (isFirst) void this.#tell(Date.now()).catch(() => {});
  }

  async #tell(since: number): Promise<void> {
    await sleep(waitsTogether, { summary: 'before somebody is told that the run waits' });
    const steps = this.#steps;
    this.#steps = new Set();
    const run = this.#run();
    const notice = waitingNotice(run.state as RunState, steps, since);
    if (!notice || CancellationScope.current().consideredCancelled) return;
    await startTelling(run, run.plan.on_waiting!, notice, `on-waiting-${since}`);
  }
}
