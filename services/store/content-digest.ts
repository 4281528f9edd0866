import { readdir, readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { indexedWeights, isSettings, partsOfBase, weightIndex } from '../../core/checks/base-parts.ts';
import { canonicalJson, isRecord } from '../../core/json.ts';
import { hashFile, hashText, listFiles, specialFile, writeDurably } from './durable-files.ts';

interface Known {
  size: number;
  mtimeMs: number;
  ino: number;
  sha256: string;
}

/** `parts` is absent where the digest is that of every byte in the folder, as in runs of earlier versions. */
export interface BaseDigest {
  digest: string;
  size: number;
  parts?: Readonly<Record<string, string>>;
}

/** Keys of settings that say where and by what they were written. */
const origins = ['_name_or_path', 'transformers_version', '_commit_hash'];

/** Throws SPECIAL_FILE for a pipe, which would never end, and for a link to nothing. */
async function statFile(file: string): Promise<{ size: number }> {
  const facts = await stat(file).catch(() => undefined);
  if (!facts?.isFile()) throw await specialFile(file);
  return facts;
}

async function readSettings(file: string): Promise<Record<string, unknown> | undefined> {
  try {
    await statFile(file);
    const value: unknown = JSON.parse((await readFile(file, 'utf8')).replace(/^\uFEFF/, ''));
    if (!isRecord(value)) return undefined;
    return Object.fromEntries(Object.entries(value).filter(([key]) => !origins.includes(key)));
  } catch {
    return undefined; // hashed as bytes; the checks before a run report it
  }
}

/**
 * Digests of files and folders outside the store. A file with the size, time and inode of an earlier call is not read
 * again: a base model of many gigabytes is read once, not every night.
 */
export class ContentDigests {
  readonly #file: string;
  #known: Record<string, Known> | undefined;
  #changed = false;
  constructor(file: string) {
    this.#file = file;
  }

  /**
   * `sha256:…` of a file's bytes, or of a folder's paths and bytes; size in bytes. Follows links inside the folder.
   * Throws ENOENT if there is nothing, and SPECIAL_FILE for pipes, sockets and devices.
   */
  async of(path: string, signal?: AbortSignal): Promise<{ digest: string; size: number }> {
    const facts = await stat(path);
    if (facts.isFile()) return { digest: `sha256:${await this.#hash(path, signal)}`, size: facts.size };
    if (!facts.isDirectory()) throw await specialFile(path);
    const files: { path: string; sha256: string }[] = [];
    let size = 0;
    for (const inner of await listFiles(path, 'follow')) {
      size += (await stat(join(path, inner))).size;
      files.push({ path: inner, sha256: await this.#hash(join(path, inner), signal) });
    }
    return { digest: `sha256:${hashText(canonicalJson(files))}`, size };
  }

  /**
   * `sha256:…` of a base model: of its config, weights, tokenizer and template, and of nothing that lies beside them. `parts`
   * has the digest of each. A folder without any is taken as any other folder.
   */
  async ofBase(path: string, signal?: AbortSignal): Promise<BaseDigest> {
    const facts = await stat(path);
    if (!facts.isDirectory()) return await this.of(path, signal);
    const names = partsOfBase(await readdir(path), indexedWeights(await readSettings(join(path, weightIndex))));
    if (names.length === 0) return await this.of(path, signal);
    const parts: Record<string, string> = {};
    let size = 0;
    for (const name of names) {
      const file = join(path, name);
      const { size: bytes } = await statFile(file);
      size += bytes;
      const settings = isSettings(name) ? await readSettings(file) : undefined;
      parts[name] = settings ? hashText(canonicalJson(settings)) : await this.#hash(file, signal);
    }
    return { digest: `sha256:${hashText(canonicalJson({ base: parts }))}`, size, parts };
  }

  async #hash(path: string, signal?: AbortSignal): Promise<string> {
    this.#known ??= await readFile(this.#file, 'utf8').then(
      (text) => JSON.parse(text) as Record<string, Known>,
      () => ({}),
    );
    const { size, mtimeMs, ino } = await stat(path);
    const known = this.#known[path];
    // A file written within the last 2 s may change again without a new time stamp.
    if (known && known.size === size && known.mtimeMs === mtimeMs && known.ino === ino && Date.now() - mtimeMs > 2_000)
      return known.sha256;
    const sha256 = await hashFile(path, signal);
    this.#known[path] = { size, mtimeMs, ino, sha256 };
    this.#changed = true;
    return sha256;
  }

  async save(): Promise<void> {
    if (this.#changed && this.#known) await writeDurably(this.#file, JSON.stringify(this.#known));
    this.#changed = false;
  }
}
