import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { isAlive, markOf, type ProcessMark } from '../process-mark.ts';

/** One process at a time builds a thing; others wait, and take over when the builder has died. `busy` is told once. */
export async function withBuildLock<T>(target: string, busy: () => void, work: () => Promise<T>): Promise<T> {
  const lock = `${target}.lock`;
  mkdirSync(dirname(lock), { recursive: true });
  let told = false;
  while (!tryLock(lock)) {
    if (!told) busy();
    told = true;
    await new Promise((resolve) => setTimeout(resolve, 300));
  }
  try {
    return await work();
  } finally {
    rmSync(lock, { recursive: true, force: true });
  }
}

function tryLock(lock: string): boolean {
  try {
    mkdirSync(lock);
    writeFileSync(join(lock, 'owner.json'), JSON.stringify(markOf(process.pid)));
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
  }
  try {
    const owner = JSON.parse(readFileSync(join(lock, 'owner.json'), 'utf8')) as ProcessMark;
    if (!isAlive(owner)) rmSync(lock, { recursive: true, force: true });
  } catch {
    // The owner is between making the folder and writing its name; look again.
  }
  return false;
}
