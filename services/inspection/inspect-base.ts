import { createHash } from 'node:crypto';
import { readdir, readFile, stat } from 'node:fs/promises';
import { basename, join } from 'node:path';
import type { BaseFacts, BrokenFile, WeightFacts } from '../../core/checks/base-facts.ts';
import { indexedWeights, isSettings, partsOfBase, weightIndex } from '../../core/checks/base-parts.ts';
import { canonicalJson, isRecord } from '../../core/json.ts';
import { comesFromGguf } from '../../core/kinds/options/base-source.ts';
import { listFiles } from '../store/durable-files.ts';
import { inspectWeights, sampleOf, strangerIn } from './file-condition.ts';
import { inspectGguf } from './inspect-gguf.ts';

const nothing = {
  parts: {},
  broken: [],
  missing: [],
  hasTemplate: false,
  weights: { bytes: 0, numbers: 0, names: [] },
} as const;

/** Reads what a folder shows of the base model in it, in milliseconds: settings, and the headers of the weights. */
export async function inspectBase(path: string): Promise<BaseFacts> {
  const facts = await stat(path).catch(() => undefined);
  if (!facts) return { is: 'absent', names: [], ...nothing };
  if (facts.isFile() && comesFromGguf(path)) return await inspectGguf(path);
  if (!facts.isDirectory()) return { is: facts.isFile() ? 'file' : 'other', names: [basename(path)], ...nothing };
  const names = (await readdir(path).catch(() => [])).sort();
  if (partsOfBase(names, []).length === 0 && !(await hasOnlyFiles(path))) return { is: 'other', names, ...nothing };
  const index = await readJson(join(path, weightIndex));
  const indexed = indexedWeights(index);
  const inspected = await Promise.all(partsOfBase(names, indexed).map((name) => inspectPart(join(path, name), name)));
  const config = inspected.find(({ name }) => name === 'config.json')?.settings;
  const tokens = inspected.find(({ name }) => name === 'tokenizer_config.json')?.settings;
  const added = highestAdded(tokens);
  return {
    is: 'folder',
    names,
    parts: Object.fromEntries(inspected.flatMap(({ name, sample }) => (sample === undefined ? [] : [[name, sample]]))),
    broken: inspected.flatMap(({ name, why }) => (why === undefined ? [] : [{ file: name, why }])),
    missing: indexed.filter((name) => !names.includes(name)),
    ...(config ? { config } : {}),
    hasTemplate: names.includes('chat_template.jinja') || Boolean(tokens?.chat_template),
    ...(added === undefined ? {} : { highestAddedToken: added }),
    weights: joined(inspected.flatMap(({ weights }) => weights ?? [])),
  };
}

/** Whether a folder holds files of a model; undefined where it does not, or is none. */
export async function looksLikeModel(folder: string): Promise<true | undefined> {
  const names = await readdir(folder).catch(() => []);
  return names.some((name) => /^(?:adapter_)?config\.json$|\.(?:safetensors|gguf)$/.test(name)) || undefined;
}

interface Part {
  name: string;
  why?: BrokenFile['why'];
  sample?: string;
  settings?: Readonly<Record<string, unknown>>;
  weights?: WeightFacts;
}

async function inspectPart(path: string, name: string): Promise<Part> {
  try {
    // A pipe would never end.
    if (!(await stat(path)).isFile()) return { name };
    const why = await strangerIn(path);
    if (why) return { name, why };
    if (isSettings(name)) {
      const settings = await readJson(path);
      if (!isRecord(settings)) return { name, why: 'not-json' };
      return { name, settings, sample: hash(canonicalJson(settings)) };
    }
    const weights = name.endsWith('.safetensors') ? await inspectWeights(path) : undefined;
    if (weights && 'why' in weights) return { name, why: weights.why };
    return { name, sample: await sampleOf(path), ...(weights ? { weights } : {}) };
  } catch {
    return { name }; // a broken link, or a file that only another user reads: its step says so
  }
}

const hasOnlyFiles = async (folder: string): Promise<boolean> =>
  await listFiles(folder, 'follow').then(
    () => true,
    () => false,
  );

async function readJson(path: string): Promise<unknown> {
  try {
    if (!(await stat(path)).isFile()) return undefined;
    return JSON.parse((await readFile(path, 'utf8')).replace(/^\uFEFF/, ''));
  } catch {
    return undefined;
  }
}

const hash = (text: string) => createHash('sha256').update(text).digest('hex');

function highestAdded(settings: Readonly<Record<string, unknown>> | undefined): number | undefined {
  const tokens = isRecord(settings?.added_tokens_decoder) ? Object.keys(settings.added_tokens_decoder).map(Number) : [];
  return tokens.length === 0 ? undefined : Math.max(...tokens);
}

function joined(files: readonly WeightFacts[]): WeightFacts {
  const embeddings = files.find((each) => each.embeddings !== undefined)?.embeddings;
  return {
    bytes: files.reduce((sum, { bytes }) => sum + bytes, 0),
    numbers: files.reduce((sum, { numbers }) => sum + numbers, 0),
    names: files.flatMap(({ names }) => names),
    ...(embeddings === undefined ? {} : { embeddings }),
  };
}
