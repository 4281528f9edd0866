import { join } from 'node:path';
import { checkRoom } from '../../services/machine/files/disk-space.ts';
import { sizeOf } from '../../services/store/durable-files.ts';

/** The adapter and two moments of the optimizer, 4 bytes each, plus small files; `trainer/train/session.py` counts alike. */
const bytesOfCheckpoint = (trainable: number) => 12 * trainable + 2_000_000;

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
  await checkRoom('keeping the checkpoints', [
    { path: workdir, bytes: Math.max(0, (keep + 2) * bytesOfCheckpoint(trainable) - present) },
    { path: store, bytes: (keep + 1) * bytesOfCheckpoint(trainable) },
  ]);
}
