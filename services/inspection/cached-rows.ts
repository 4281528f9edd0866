import { readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import type { HubRows } from '../../core/kinds/options/hub-rows.ts';
import { homeRoot } from '../machine/home.ts';
import { hubCache } from './hub-cache.ts';

interface Seen {
  revision: string;
  files: readonly { name: string; size: number }[];
}

/**
 * The variable that forbids to ask the Hub for a dataset which this machine has not; undefined where a run gets its rows,
 * and where another machine may work.
 */
export async function rowsForbiddenBy({ name, id }: HubRows): Promise<string | undefined> {
  const { env } = process;
  const variable = ['HF_HUB_OFFLINE', 'TRANSFORMERS_OFFLINE'].find((each) => isOn(env[each]));
  if (variable === undefined || env.TEMPORAL_ADDRESS) return undefined;
  const memory = await readFile(join(homeRoot(), 'pins', 'datasets.json'), 'utf8').catch(() => '{}');
  const seen = (JSON.parse(memory) as Record<string, Seen>)[id];
  if (!seen) return variable;
  const folder = join(hubCache(), `datasets--${name.replaceAll('/', '--')}`, 'snapshots', seen.revision);
  const sizes = await Promise.all(seen.files.map(async (file) => await sizeOf(join(folder, file.name))));
  return seen.files.every(({ size }, index) => sizes[index] === size) ? undefined : variable;
}

/** As the Hub's client reads it. */
const isOn = (value: string | undefined) => ['1', 'ON', 'YES', 'TRUE'].includes((value ?? '').toUpperCase());

const sizeOf = async (path: string) =>
  await stat(path).then(
    ({ size }) => size,
    () => undefined,
  );
