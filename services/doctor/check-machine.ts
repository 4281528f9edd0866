import { cacheDir, type Home } from '../machine/home.ts';
import type { MachineCheck } from './check.ts';
import { device, node, ports, prerequisites, program, python, room } from './machine-checks.ts';
import { ollama, services, temporal } from './service-checks.ts';

export type { MachineCheck } from './check.ts';

/**
 * Looks at everything a run stands on; starts and changes nothing, but for a workflow of some milliseconds on a Temporal
 * server of somebody else, which is deleted again.
 */
export async function checkMachine(home: Home): Promise<MachineCheck[]> {
  const checks = await Promise.all([
    node(),
    prerequisites(),
    python(),
    program('Temporal program', 'temporal'),
    program('Ollama program', 'ollama'),
    device(),
    room('room in the home', home.root),
    room('room in the cache', cacheDir()),
    services(home),
    temporal(home),
    ollama(home),
    ports(home),
  ]);
  return checks.flat().filter((check) => check !== undefined);
}
