import { join } from 'node:path';
import { checkRoom } from '../../services/machine/disk-space.ts';
import { sizeOf } from '../../services/store/durable-files.ts';

/** An adapter and two moments of the optimizer in 4 bytes each, and what stands beside them; `trainer/train/session.py` counts alike. */
const bytesOfCheckpoint = (trainable: number) => 12 * trainable + 2_000_000;

/**
 * Ends a training before its first step when its checkpoints would find no room: the newest `keep` and the best in the
 * work folder, where one more is being written while the oldest is still there, and the same as an artifact in the store.
 */
export async function checkRoomForCheckpoints(it: {
  /** Number of parameters that are trained. */
  trainable: number;
  keep: number;
  workdir: string;
  store: string;
}): Promise<void> {
  const { trainable, keep, workdir, store } = it;
  const there = await sizeOf(join(workdir, 'checkpoints'));
  await checkRoom('keeping the checkpoints', [
    { path: workdir, bytes: Math.max(0, (keep + 2) * bytesOfCheckpoint(trainable) - there) },
    { path: store, bytes: (keep + 1) * bytesOfCheckpoint(trainable) },
  ]);
}
