import { mkdir, readdir, readFile, rm, stat, utimes, writeFile } from 'node:fs/promises';
import { hostname } from 'node:os';
import { join } from 'node:path';
import { machineId } from './machine-id.ts';
import { isAlive, markOf, type ProcessMark } from './process-mark.ts';

/** A step that has the device of a host. */
export interface DeviceHolder {
  run: string;
  step: string;
  host: string;
  /** Milliseconds since 1970. */
  since: number;
}

interface Note extends DeviceHolder {
  /** As `machineId` says. */
  machine: string;
  process: ProcessMark;
}

/** How often a holder shows that it lives, and how long one of another host may be silent before it counts as gone. Milliseconds. */
const [touchEveryMs, maxSilenceMs] = [10_000, 60_000];

const prefix = 'holder-';

/**
 * Writes into the folder of this host which step has its device, so that a step that waits can say for whom. It guards
 * nothing: the slot of the worker and the trainer's lock do. Returns what takes the note away again.
 */
export async function noteDeviceHolder(
  folder: string,
  { run, step }: Pick<DeviceHolder, 'run' | 'step'>,
): Promise<() => Promise<void>> {
  const file = join(folder, `${prefix}${process.pid}.json`);
  const mark = markOf(process.pid) ?? { pid: process.pid, start: '' };
  const note: Note = { run, step, host: hostname(), machine: machineId(), since: Date.now(), process: mark };
  await mkdir(folder, { recursive: true });
  await writeFile(file, JSON.stringify(note));
  const timer = setInterval(() => {
    const now = new Date();
    void utimes(file, now, now).catch(() => {});
  }, touchEveryMs).unref();
  return async () => {
    clearInterval(timer);
    await rm(file, { force: true });
  };
}

/** The steps that have a device now, by all hosts of a home; `devices` has a folder for each. A note left by a killed worker does not count. */
export async function deviceHolders(devices: string): Promise<DeviceHolder[]> {
  const hosts = await readdir(devices).catch(() => [] as string[]);
  const found = await Promise.all(
    hosts.map(async (host) => {
      const names = await readdir(join(devices, host)).catch(() => [] as string[]);
      const notes = names.filter((name) => name.startsWith(prefix));
      return await Promise.all(notes.map((name) => readNote(join(devices, host, name))));
    }),
  );
  return found.flat().flatMap((holder) => (holder ? [holder] : []));
}

async function readNote(file: string): Promise<DeviceHolder | undefined> {
  try {
    const { process: mark, machine, ...holder } = JSON.parse(await readFile(file, 'utf8')) as Note;
    const lives = machine === machineId() ? isAlive(mark) : Date.now() - (await stat(file)).mtimeMs < maxSilenceMs;
    return lives ? holder : undefined;
  } catch {
    return undefined; // it has just been taken away, or is being written
  }
}
