import { CancellationScope, sleep } from '@temporalio/workflow';
import { notificationDelayMs, waitingNotification } from '../../core/run/notification.ts';
import type { CurrentRun } from '../run/current-run.ts';
import { startNotification } from './start-notification.ts';

/** Notifies, as `on_waiting` says, of steps that have begun to wait for a person; those that begin within moments share one notification. */
export class WaitingNotifications {
  readonly #run: CurrentRun;
  #steps = new Set<string>();

  constructor(run: CurrentRun) {
    this.#run = run;
  }

  /** Never throws. A run that is cancelled, or closes, sends nothing more. */
  begun(step: string): void {
    if (!this.#run.plan.on_waiting) return;
    const isFirst = this.#steps.size === 0;
    this.#steps.add(step);
    if (isFirst) void this.#notifySoon(Date.now()).catch(() => {});
  }

  async #notifySoon(since: number): Promise<void> {
    await sleep(notificationDelayMs, { summary: 'before the notification that the run waits' });
    const steps = this.#steps;
    this.#steps = new Set();
    const run = this.#run;
    const notification = waitingNotification(run.state, steps, since);
    if (!notification || CancellationScope.current().consideredCancelled) return;
    await startNotification(run, run.plan.on_waiting!, notification, `on-waiting-${since}`);
  }
}
