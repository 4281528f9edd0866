import { statfs } from 'node:fs/promises';
import { availableParallelism, cpus, totalmem } from 'node:os';
import prettyBytes from 'pretty-bytes';
import { plural } from '../../core/words/plural.ts';
import { localTimeToSecond } from '../machine/local-time.ts';
import type { MachineCheck } from './check.ts';

/** The first day of the year in which this was written: no clock that is right shows an earlier time. */
const writtenAt = Date.UTC(2026, 0, 1);

/** A container's limits are smaller than the machine, and a process that exceeds its memory is killed without a word. */
export async function capacity(): Promise<MachineCheck> {
  const memory = Math.min(process.constrainedMemory?.() || Number.POSITIVE_INFINITY, totalmem());
  const isLimited = memory < totalmem();
  const limit = isLimited ? `, a limit below the machine’s ${prettyBytes(totalmem())}` : '';
  const [usable, all] = [availableParallelism(), cpus().length];
  const processors = `${plural(usable, 'processor')}${usable < all ? ` of ${all}` : ''}`;
  const shared = await statfs('/dev/shm').then(
    ({ blocks, bsize }) => `, ${prettyBytes(blocks * bsize)} in /dev/shm`,
    () => '',
  );
  return { name: 'memory', ok: true, detail: `${prettyBytes(memory)}${limit}, ${processors}${shared}` };
}

export function clock(now = Date.now()): MachineCheck {
  return {
    name: 'clock',
    ok: now > writtenAt,
    detail: localTimeToSecond(now),
    remedy:
      'Set it, for example with `sudo timedatectl set-ntp true`: certificates, schedules and the order of runs hang on it.',
  };
}
