import { availableParallelism, totalmem } from 'node:os';
import type { Capacity } from '../../core/init/facts.ts';
import { freeBytes } from '../machine/files/disk-space.ts';
import { homeRoot } from '../machine/home.ts';
import { nvidiaSmi, unusedGpus } from '../machine/nvidia.ts';
import { localModels } from './local-models.ts';

/** What this machine has for a training. Starts nothing; a server that does not answer is not waited for. */
export async function inspectCapacity(): Promise<Capacity> {
  const [gpu, disk, models] = await Promise.all([
    firstGpu(),
    freeBytes(homeRoot()).catch(() => undefined),
    localModels(),
  ]);
  const isApple = process.platform === 'darwin' && process.arch === 'arm64';
  return {
    device: gpu ? 'cuda' : isApple ? 'mps' : 'cpu',
    ...(gpu ? { deviceName: gpu.name, deviceMemory: gpu.memory } : {}),
    // A container's limit is smaller than the machine.
    memory: Math.min(process.constrainedMemory?.() || Number.POSITIVE_INFINITY, totalmem()),
    processors: availableParallelism(),
    ...(disk === undefined ? {} : { disk }),
    models,
  };
}

/** The GPU that a training uses; undefined where there is none, or where the environment hides it. */
async function firstGpu(): Promise<{ name: string; memory: number } | undefined> {
  if ((await unusedGpus()).length === 0) return undefined;
  const [line = ''] = await nvidiaSmi('name,memory.total');
  const [, name, mebibytes] = /^(.+), (\d+) MiB$/.exec(line) ?? [];
  return name === undefined ? undefined : { name, memory: Number(mebibytes) * 2 ** 20 };
}
