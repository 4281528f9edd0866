import {
  closeSync,
  copyFileSync,
  fstatSync,
  ftruncateSync,
  mkdirSync,
  openSync,
  readSync,
  renameSync,
  statSync,
} from 'node:fs';
import { dirname } from 'node:path';

const limit = 20 * 1024 * 1024;
const kept = 3;

/** A descriptor for a child to write to by itself: its log goes on when the supervisor is killed. */
export function openLog(path: string): number {
  mkdirSync(dirname(path), { recursive: true, mode: 0o700 });
  return openSync(path, 'a', 0o600);
}

/** Keeps a log below about 20 MB by copying and emptying it, since its writer holds it open; a few lines may be lost between the two. */
export function rotateLog(path: string): void {
  let size: number;
  try {
    size = statSync(path).size;
  } catch {
    return;
  }
  if (size < limit) return;
  for (let i = kept - 1; i >= 1; i--) {
    try {
      renameSync(`${path}.${i}`, `${path}.${i + 1}`);
    } catch {
      // There are not that many yet.
    }
  }
  copyFileSync(path, `${path}.1`);
  const file = openSync(path, 'r+');
  ftruncateSync(file);
  closeSync(file);
}

/** The end of a log, for a message. */
export function lastLines(path: string, count = 12): string {
  try {
    const file = openSync(path, 'r');
    try {
      const size = fstatSync(file).size;
      const buffer = Buffer.alloc(Math.min(size, 8_192));
      readSync(file, buffer, 0, buffer.length, size - buffer.length);
      return buffer.toString('utf8').trimEnd().split('\n').slice(-count).join('\n');
    } finally {
      closeSync(file);
    }
  } catch {
    return '';
  }
}
