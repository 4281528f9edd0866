import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { basename, dirname, resolve } from 'node:path';
import type { Capacity } from '../../../core/init/facts.ts';
import { type Converted, convertForeign, type Left } from '../../../core/init/foreign.ts';
import { isRecord } from '../../../core/json.ts';
import { foreignText } from '../../../core/language/foreign/texts.ts';
import { readYaml } from '../../../core/language/yaml/source.ts';
import { readDocument } from '../../runs/load-plan.ts';
import { UserError } from '../../user-error.ts';

/** Reads the configuration of another trainer, in YAML or JSON. */
export async function readForeign(file: string): Promise<Converted> {
  const text = await readDocument(file);
  const value = readYaml(text).source.value;
  if (foreignText(text) === 'python-program')
    throw new UserError(`${file}: this is a Python program, and temper runs no code to read its settings`, {
      hint: 'write its settings into a YAML file, `learning_rate: 2e-4` and so on, and name that',
    });
  if (!isRecord(value))
    throw new UserError(`${file}: this is no configuration: a map of keys in YAML or JSON is expected`, {
      hint: 'name the YAML file with which Axolotl, LLaMA-Factory or TRL is started',
    });
  if ('steps' in value && isRecord(value.steps))
    throw new UserError(`${file}: this is a pipeline already`, { hint: `run it with \`npx temper run ${file}\`` });
  return convertForeign(value, basename(file));
}

/** The file of its rows that lies on this machine, and why others do not count. */
export async function rowsOf(converted: Converted, file: string): Promise<{ rows?: string; left: Left[] }> {
  const folder = dirname(resolve(file));
  const listed = await listedFiles(converted, folder);
  // A configuration names files as seen from the folder where the trainer is started.
  const places = converted.rows.flatMap((name) =>
    [name, ...(listed[name] ?? [])].flatMap((each) => [resolve(each), resolve(folder, each)]),
  );
  const found = [...new Set(places.filter((place) => existsSync(place)))];
  const isFound = (name: string) =>
    [name, ...(listed[name] ?? [])].some((each) => found.some((place) => place.endsWith(each)));
  const elsewhere = converted.rows.filter((name, index) => !isFound(name) || index > 0);
  return {
    ...(found[0] === undefined ? {} : { rows: found[0] }),
    left: elsewhere.map((key) => ({ key, why: 'rows-elsewhere' as const })),
  };
}

/** LLaMA-Factory's `dataset_info.json`: name → file. */
async function listedFiles(converted: Converted, folder: string): Promise<Record<string, string[]>> {
  const within = converted.rowsFolder ?? 'data';
  for (const place of [resolve(within), resolve(folder, within)]) {
    const text = await readFile(resolve(place, 'dataset_info.json'), 'utf8').catch(() => undefined);
    if (text === undefined) continue;
    const list = readYaml(text).source.value;
    if (!isRecord(list)) continue;
    return Object.fromEntries(
      Object.entries(list).flatMap(([name, entry]) =>
        isRecord(entry) && typeof entry.file_name === 'string' ? [[name, [resolve(place, entry.file_name)]]] : [],
      ),
    );
  }
  return {};
}

/** Options that this machine cannot follow. */
export function withoutGpuOptions(converted: Converted, { device }: Capacity): Converted {
  const needsGpu = ({ option, value }: Converted['options'][number]) =>
    /^load_in_/.test(option) || (option === 'precision' && value === 'fp16');
  if (device === 'cuda') return converted;
  return {
    ...converted,
    options: converted.options.filter((each) => !needsGpu(each)),
    left: [
      ...converted.left,
      ...converted.options.filter(needsGpu).map(({ option }) => ({ key: option, why: 'needs-gpu' as const })),
    ],
  };
}
