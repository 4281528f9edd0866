import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { totalmem } from 'node:os';
import type { MachineFacts } from '../../core/checks/known.ts';
import { freeBytes } from '../machine/files/disk-space.ts';
import { homeRoot } from '../machine/home.ts';

/** Devices of the drivers of NVIDIA, AMD and WSL. */
const gpuDevices = ['/dev/nvidiactl', '/dev/kfd', '/dev/dxg'];

/** What this machine has for a model, without asking a program. Nothing where another machine may do the work. */
export async function inspectMachine(): Promise<MachineFacts> {
  if (process.env.TEMPORAL_ADDRESS) return {};
  const computesInMemory = process.platform === 'linux' && !gpuDevices.some((device) => existsSync(device));
  const free = await freeBytes(homeRoot()).catch(() => undefined);
  return {
    ...(computesInMemory ? { memory: totalmem() + (await swapBytes()) } : {}),
    ...(free === undefined ? {} : { free }),
  };
}

async function swapBytes(): Promise<number> {
  const text = await readFile('/proc/meminfo', 'utf8').catch(() => '');
  return 1024 * Number(/^SwapTotal:\s+(\d+) kB/m.exec(text)?.[1] ?? 0);
}
