import { createHash } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import { hostname } from 'node:os';

let known: string | undefined;

/**
 * A name of this machine that stays when the machine gets another host name: it says whether the number of a process can
 * be looked up here. Containers of one image may share a machine id and never share processes, so they go by their name.
 */
export const machineId = (): string => (known ??= readMachineId(isContainer() ? [] : machineIdFiles));

const machineIdFiles = ['/etc/machine-id', '/var/lib/dbus/machine-id'];

/** The first id that a file holds, as a digest, since systemd asks to keep it private; else the host name. */
export function readMachineId(files: readonly string[]): string {
  for (const file of files) {
    const text = existsSync(file) ? readFileSync(file, 'utf8').trim() : '';
    if (/^[0-9a-f]{32}$/.test(text)) return createHash('sha256').update(`temper ${text}`).digest('hex').slice(0, 12);
  }
  return hostname();
}

const isContainer = (): boolean =>
  existsSync('/.dockerenv') || existsSync('/run/.containerenv') || process.env.KUBERNETES_SERVICE_HOST !== undefined;
