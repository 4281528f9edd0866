import { createHash } from 'node:crypto';
import { open, readdir, readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import type { BaseFacts } from '../../core/checks/base-facts.ts';
import { isSettings, partsOfBase, weightIndex } from '../../core/checks/base-parts.ts';
import { canonicalJson, isRecord } from '../../core/json.ts';

/** Bytes at each end of a file of weights that are compared: all of it would take minutes. */
const sampleBytes = 65_536;

/** Reads what a folder shows of the base model in it, in milliseconds; undefined if there is no folder. */
export async function inspectBase(folder: string): Promise<BaseFacts | undefined> {
  const names = await readdir(folder).catch(() => undefined);
  if (!names) return undefined;
  const index = await readJson(join(folder, weightIndex));
  const map = isRecord(index) && isRecord(index.weight_map) ? index.weight_map : {};
  const indexed = [...new Set(Object.values(map).filter((name) => typeof name === 'string'))];
  const parts = await Promise.all(
    partsOfBase(names, indexed).map(async (name) => [name, await sampleOf(join(folder, name), name)] as const),
  );
  return { parts: Object.fromEntries(parts.filter((part): part is [string, string] => part[1] !== undefined)) };
}

async function readJson(path: string): Promise<unknown> {
  try {
    return JSON.parse(await readFile(path, 'utf8'));
  } catch {
    return undefined;
  }
}

/** Equal for equal files; different files of weights differ in it but for a chance that nobody meets. */
async function sampleOf(path: string, name: string): Promise<string | undefined> {
  if (isSettings(name)) {
    const value = await readJson(path);
    if (value !== undefined) return hash(canonicalJson(value));
  }
  const facts = await stat(path).catch(() => undefined);
  if (!facts?.isFile()) return undefined;
  const file = await open(path).catch(() => undefined);
  if (!file) return undefined;
  try {
    const digest = createHash('sha256').update(`${facts.size}`);
    for (const at of [0, Math.max(0, facts.size - sampleBytes)]) {
      const { buffer, bytesRead } = await file.read(Buffer.alloc(sampleBytes), 0, sampleBytes, at);
      digest.update(buffer.subarray(0, bytesRead));
    }
    return digest.digest('hex');
  } finally {
    await file.close();
  }
}

const hash = (text: string) => createHash('sha256').update(text).digest('hex');
