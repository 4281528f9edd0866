import { join } from 'node:path';
import { checkpointBytes, checkpointsOnDisk } from '../../core/estimates/adapter.ts';
import { checkRoom } from '../../services/machine/files/disk-space.ts';
import { sizeOf } from '../../services/store/durable-files.ts';

/**
 * Throws DISK_FULL if the checkpoints of a training do not fit on the disk. The work folder holds the newest `keep`, the
 * best, and one that is written before the oldest is deleted; the store holds the newest `keep` and the best.
 */
export async function checkRoomForCheckpoints(it: {
  /** Number of trained parameters. */
  trainable: number;
  keep: number;
  workdir: string;
  store: string;
}): Promise<void> {
  const { trainable, keep, workdir, store } = it;
  const present = await sizeOf(join(workdir, 'checkpoints'));
  const kept = checkpointsOnDisk(keep);
  await checkRoom('keeping the checkpoints', [
    { path: workdir, bytes: Math.max(0, kept.work * checkpointBytes(trainable) - present) },
    { path: store, bytes: kept.store * checkpointBytes(trainable) },
  ]);
}
