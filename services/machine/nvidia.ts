import { execFile } from 'node:child_process';
import { readDevices } from '../settings/plain-values.ts';
import type { Environment } from '../settings/reading.ts';

/** Lines of `nvidia-smi`, each with these fields; none where the program is missing or fails. */
export async function nvidiaSmi(fields: string, env: Environment = process.env): Promise<string[]> {
  const text = await new Promise<string>((resolve) => {
    execFile(
      'nvidia-smi',
      [`--query-gpu=${fields}`, '--format=csv,noheader'],
      { env: { ...env }, timeout: 10_000 },
      (error, stdout) => resolve(error ? '' : stdout.trim()),
    );
  });
  return text.split('\n').filter(Boolean);
}

/** The GPUs that a process on the CPU leaves unused: those of the driver, unless CUDA_VISIBLE_DEVICES asks for the CPU. */
export async function unusedGpus(env: Environment = process.env): Promise<string[]> {
  const asked = env.CUDA_VISIBLE_DEVICES;
  const reading = asked === undefined ? undefined : readDevices(asked);
  return reading && 'value' in reading && reading.value === '' ? [] : await nvidiaSmi('name', env);
}
