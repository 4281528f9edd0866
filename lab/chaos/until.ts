import { setTimeout as delay } from 'node:timers/promises';

/** A run that does not go on within this time, in milliseconds, has not survived. */
export const patience = 240_000;
const look = 15;

/** Thrown when a run does not go on; says what was waited for. */
export class Standstill extends Error {}

/** Waits for something of a run. Undefined when the run has ended meanwhile, since then it never comes. */
export async function until<T>(
  what: string,
  ended: () => boolean,
  find: () => Promise<T | undefined> | T | undefined,
): Promise<T | undefined> {
  const limit = Date.now() + patience;
  for (;;) {
    const found = await find();
    if (found !== undefined) return found;
    if (ended()) return undefined;
    if (Date.now() > limit) throw new Standstill(`${patience / 1000} s without ${what}`);
    await delay(look);
  }
}
