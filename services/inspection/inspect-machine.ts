import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { availableParallelism, totalmem } from 'node:os';
import type { MachineFacts } from '../../core/checks/known.ts';
import { freeBytes } from '../machine/files/disk-space.ts';
import { homeRoot } from '../machine/home.ts';
import { nvidiaSmi } from '../machine/nvidia.ts';

/** Devices of the drivers of NVIDIA, AMD and WSL. */
const gpuDevices = ['/dev/nvidiactl', '/dev/kfd', '/dev/dxg'];
const mebibyte = 1 << 20;

/** What this machine has for a model. A quick look asks no program. Nothing where another machine may do the work. */
export async function inspectMachine(isQuick: boolean): Promise<MachineFacts> {
  if (process.env.TEMPORAL_ADDRESS) return {};
  const hasGpu = gpuDevices.some((device) => existsSync(device));
  const computesInMemory = process.platform === 'linux' && !hasGpu;
  const [free, device] = await Promise.all([
    freeBytes(homeRoot()).catch(() => undefined),
    hasGpu && !isQuick ? deviceBytes() : undefined,
  ]);
  return {
    hasGpu,
    cores: availableParallelism(),
    ...(computesInMemory ? { memory: totalmem() + (await swapBytes()) } : {}),
    ...(device === undefined ? {} : { device }),
    ...(free === undefined ? {} : { free }),
  };
}

/** Memory of the largest GPU that the driver of NVIDIA lists. */
async function deviceBytes(): Promise<number | undefined> {
  const sizes = (await nvidiaSmi('memory.total')).map((line) => Number.parseFloat(line) * mebibyte);
  const known = sizes.filter(Number.isFinite);
  return known.length === 0 ? undefined : Math.max(...known);
}

async function swapBytes(): Promise<number> {
  const text = await readFile('/proc/meminfo', 'utf8').catch(() => '');
  return 1024 * Number(/^SwapTotal:\s+(\d+) kB/m.exec(text)?.[1] ?? 0);
}
