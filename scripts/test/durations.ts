import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { cacheDir } from '../../services/machine/home.ts';

/** Seconds that each part of `npm test` took the last time, by its title; kept in the cache folder. */
const file = join(cacheDir(), 'test-durations.json');

export function lastDurations(): Record<string, number> {
  try {
    return JSON.parse(readFileSync(file, 'utf8'));
  } catch {
    return {};
  }
}

/** A cache that cannot be written costs the next run its forecast. */
export function rememberDurations(seconds: Readonly<Record<string, number>>): void {
  try {
    mkdirSync(cacheDir(), { recursive: true });
    writeFileSync(file, JSON.stringify({ ...lastDurations(), ...seconds }));
  } catch {}
}
