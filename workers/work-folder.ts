import { mkdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { removeLeftModels } from '../activities/quantize/gguf/staging-models.ts';
import type { Home } from '../services/machine/home.ts';
import { abandonedStagings, stagingName } from '../services/store/staging-folders.ts';

/**
 * Gives a process that works for the command line a folder, and a signal that it is to stop: it was asked to, or nobody
 * reads its answer any more. The folder is removed at the end; that of a killed process, with its models, at the next start.
 */
export async function inWorkFolder<T>(
  { root }: Pick<Home, 'root'>,
  name: string,
  work: (folder: string, stop: AbortSignal) => Promise<T>,
  output: NodeJS.EventEmitter = process.stdout,
): Promise<T> {
  const stop = new AbortController();
  // Each time: a second one must not end the clean-up.
  const end = (signal: NodeJS.Signals) => stop.abort(new Error(`stopped by ${signal}`));
  // Each time: a second one must not end the clean-up.
  for (const signal of signals) process.on(signal, end);
  output.on('error', () => stop.abort(new Error('nobody reads the answer')));
  const all = join(root, 'work');
  await sweep(all);
  const folder = join(all, stagingName(name));
  await mkdir(folder, { recursive: true });
  try {
    return await work(folder, stop.signal);
  } finally {
    await rm(folder, { recursive: true, force: true });
    for (const signal of signals) process.removeListener(signal, end);
  }
}

const signals = ['SIGINT', 'SIGTERM'] as const;

async function sweep(all: string): Promise<void> {
  for (const { path } of await abandonedStagings(all, Date.now())) {
    await removeLeftModels(path);
    await rm(path, { recursive: true, force: true });
  }
}
