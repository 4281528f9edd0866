import { TemperError } from '../../core/errors/temper-error.ts';
import { cacheDir, type Home } from '../machine/home.ts';
import { capacity, clock } from './capacity-checks.ts';
import type { MachineCheck } from './check.ts';
import { folders } from './folder-checks.ts';
import { device, diskSpace, node, ports, prerequisites, program, python } from './machine-checks.ts';
import { ollama, services, temporal } from './service-checks.ts';
import { settings } from './setting-checks.ts';

export type { MachineCheck } from './check.ts';

/**
 * Checks everything that a run needs. Starts and changes nothing, except for a short workflow on a Temporal server that
 * is not temper's own, which is deleted again.
 */
export async function checkMachine(home: Home): Promise<MachineCheck[]> {
  const checks = [
    settings(home),
    node(),
    prerequisites(),
    python(),
    program('Temporal program', 'temporal'),
    program('Ollama program', 'ollama'),
    device(),
    capacity(),
    clock(),
    folders(home),
    diskSpace('disk of the home', home.root),
    diskSpace('disk of the cache', cacheDir()),
    services(home),
    temporal(home),
    ollama(home),
    ports(home),
  ].map(unlessMalformed);
  return (await Promise.all(checks)).flat().filter((check) => check !== undefined);
}

type Check = MachineCheck | MachineCheck[] | undefined;

/** What a malformed setting keeps from being checked is left out: the check of the settings names it. */
async function unlessMalformed(check: Check | Promise<Check>): Promise<Check> {
  try {
    return await check;
  } catch (error) {
    if (error instanceof TemperError && error.code === 'BAD_SETTING') return undefined;
    throw error;
  }
}
