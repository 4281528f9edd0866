import { randomInt } from 'node:crypto';
import { isFree } from '../../../services/stack/ports.ts';

/**
 * A port that nobody holds. Below those that systems give to outgoing connections (from 32768 on Linux, 49152
 * elsewhere): of these one may be taken, even by a connection to the very server that is about to listen on it.
 */
export async function freePort(): Promise<number> {
  for (;;) {
    const port = randomInt(20_000, 32_000);
    if (await isFree(port)) return port;
  }
}
