import { execFileSync } from 'node:child_process';
import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** Changes one bit of a file under an unchanged size and time: no decision that reads no bytes can see it. */
export function flipBit(file: string): void {
  // Node sets times only to the microsecond; `touch` copies them whole.
  const reference = join(tmpdir(), `temper-time-${process.pid}`);
  execFileSync('touch', ['-r', file, reference]);
  const bytes = readFileSync(file);
  bytes[0]! ^= 1;
  writeFileSync(file, bytes);
  execFileSync('touch', ['-r', reference, file]);
  rmSync(reference);
}
