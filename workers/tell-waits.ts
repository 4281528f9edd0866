import { mkdir } from 'node:fs/promises';
import { setTimeout as delay } from 'node:timers/promises';
import { type Deps, runFolder } from '../activities/engine/deps.ts';
import { send } from '../activities/lifecycle/notify.ts';
import { type Claim, claim } from '../services/machine/claim.ts';
import type { Home } from '../services/machine/home.ts';
import { type OverdueWait, tellOverdueWaits } from '../services/runs/overdue-waits.ts';
import { connectTemporal } from '../services/temporal/connect.ts';

type Sender = Pick<Deps, 'runs' | 'secrets' | 'python'>;

const intervalMs = 15_000;

/**
 * Notifies, as `on_waiting` says, of runs that wait for something that does not come by itself. The workflow cannot: what
 * it lacks may be the very worker that would carry it on. So each worker process looks, one of a machine at a time.
 */
export async function tellWaits(home: Home, sender: Sender, stop: AbortSignal): Promise<void> {
  const tell = sendBy(sender, stop);
  let held: Claim | undefined;
  while (!stop.aborted) {
    held ??= await claim(`waits ${home.root}`).catch(() => undefined);
    if (held)
      await lookOnce(home, tell).catch((error: Error) => process.stdout.write(`waits of runs: ${error.message}\n`));
    await delay(intervalMs, undefined, { signal: stop, ref: false }).catch(() => {});
  }
  await held?.release();
}

async function lookOnce(home: Home, tell: (overdue: OverdueWait) => Promise<void>): Promise<void> {
  const { client, close } = await connectTemporal(home);
  try {
    await tellOverdueWaits(client, home, tell);
  } finally {
    await close();
  }
}

/** Sends by the program or webhook of the plan. */
export const sendBy =
  (sender: Sender, stop: AbortSignal) =>
  async ({ plan, notification }: OverdueWait): Promise<void> => {
    // A run that no worker has taken has no folder yet, in which the program's output is kept.
    await mkdir(runFolder(sender, notification.run), { recursive: true });
    await send(sender, { channel: plan.on_waiting, notification, document: plan.document.path }, stop);
  };
