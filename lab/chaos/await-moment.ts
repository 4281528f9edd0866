import { watch } from 'node:fs';
import { setTimeout as delay } from 'node:timers/promises';
import { usualMs } from './document.ts';
import type { PlannedFault } from './faults.ts';
import { findTrainer } from './processes.ts';
import type { Position, RunWatch } from './run-watch.ts';

/** Waits until a fault is due. The planned part may be over by then; `inflict` records where the fault really hit. */
export async function awaitMoment({ moment }: PlannedFault, run: RunWatch): Promise<void> {
  switch (moment.in) {
    case 'step':
      await run.until(`step ${moment.step}`, async () => ((await run.hasBegun(moment.step)) ? true : undefined));
      return await delay(moment.share * (usualMs[moment.step] ?? 0));
    case 'loading':
      await run.until('a trainer that loads', async () => {
        const position = await run.position();
        if (isPastTraining(position, run)) return true;
        if (position.step !== 'train' || position.phase !== 'loading') return undefined;
        return findTrainer(run.stepFolder('train')) ? true : undefined;
      });
      return await delay(moment.share * usualMs.loading!);
    default:
      await run.until(`training step ${moment.step}`, async () => {
        const position = await run.position();
        if (isPastTraining(position, run)) return true;
        return position.trained > 0 && position.trainingStep! >= moment.step ? true : undefined;
      });
      if (moment.in === 'save') await nextSave(run);
      return await delay(moment.delayMs);
  }
}

const isPastTraining = (position: Position, run: RunWatch) => position.step !== 'train' && run.log.latest !== undefined;

/** Resolves 1 to 2 ms after a save begins, or when the training ends. */
async function nextSave(run: RunWatch): Promise<void> {
  let begun = false;
  const watcher = watch(run.checkpoints, (_, name) => {
    if (name?.startsWith('.staging-')) begun = true;
  });
  try {
    await Promise.race([
      new Promise<void>((resolve) => {
        watcher.on('change', () => {
          if (begun) resolve();
        });
      }),
      run.until('a save', async () => (begun || (await run.position()).step !== 'train' ? true : undefined)),
    ]);
  } finally {
    watcher.close();
  }
}
