import { setTimeout as delay } from 'node:timers/promises';

/** A run without progress for this long has not survived. */
export const maxStandstillMs = 240_000;
const pollMs = 15;

/** The run makes no progress; the message names what was awaited. */
export class Standstill extends Error {}

/** Polls until `find` returns a value; undefined if `ended()` is true first. Throws Standstill. */
export async function until<T>(
  what: string,
  ended: () => boolean,
  find: () => Promise<T | undefined> | T | undefined,
): Promise<T | undefined> {
  const limit = Date.now() + maxStandstillMs;
  for (;;) {
    const found = await find();
    if (found !== undefined) return found;
    if (ended()) return undefined;
    if (Date.now() > limit) throw new Standstill(`${maxStandstillMs / 1000} s without ${what}`);
    await delay(pollMs);
  }
}
