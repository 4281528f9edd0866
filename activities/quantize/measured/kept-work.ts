import { rename, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import type { Handle } from '../../../core/handles.ts';
import type { Drift, Predicted } from '../../../protocol/trainer/drift.ts';
import { hashFile, syncFile, writeDurably } from '../../../services/store/durable-files.ts';
import { readJsonFile } from '../../../services/store/json-file.ts';

interface MadeFile {
  size: number;
  sha256: string;
}

/** What attempts of a step have done, in a file of the step's folder. */
interface Done {
  /** Digest of all that shapes it: for another one nothing counts. */
  of: string;
  parent?: Handle;
  importance?: { rows: number; tokens: number };
  /** By name of the file. */
  made: Record<string, MadeFile>;
  /** Of the rows, and of the f16 model and the base model on them. */
  figures?: { rows: number; tokens: number; bytes: number; parent: Predicted; base: Predicted | null };
  /** By candidate. */
  drift: Record<string, Drift>;
}

const folderOf = (step: string) => join(step, 'types');
const recordOf = (step: string) => join(step, 'types.json');

/**
 * Files and figures of a quantize step that makes several types, which the next attempt takes from here. A file counts once
 * its digest is written down, and is read before it is used again.
 */
export class KeptWork {
  readonly #step: string;
  readonly done: Done;
  private constructor(step: string, done: Done) {
    this.#step = step;
    this.done = done;
  }

  /** `of`: the digest of all that shapes what is made. */
  static async open(step: string, of: string): Promise<KeptWork> {
    const known = await readJsonFile<Done>(recordOf(step)).catch(() => undefined);
    if (known?.of === of) return new KeptWork(step, known);
    await removeKeptFiles(step);
    return new KeptWork(step, { of, made: {}, drift: {} });
  }

  path(file: string): string {
    return join(folderOf(this.#step), file);
  }

  /** Makes a file unless an earlier attempt has. `make` writes the path that it is given. */
  async file(
    name: string,
    make: (part: string) => Promise<void>,
    signal: AbortSignal,
  ): Promise<{ path: string; size: number }> {
    const path = this.path(name);
    const known = this.done.made[name];
    if (known && (await digestOf(path, signal)) === known.sha256) return { path, size: known.size };
    await make(`${path}.part`);
    await syncFile(`${path}.part`);
    await rename(`${path}.part`, path);
    const { size } = await stat(path);
    this.done.made[name] = { size, sha256: await hashFile(path, signal) };
    await this.save();
    return { path, size };
  }

  async save(): Promise<void> {
    await writeDurably(recordOf(this.#step), `${JSON.stringify(this.done, null, 1)}\n`);
  }
}

const digestOf = async (path: string, signal: AbortSignal) => await hashFile(path, signal).catch(() => undefined);

/** Removes the files of types that were not taken. Figures stay, for people. */
export const removeKeptFiles = async (step: string): Promise<void> =>
  await rm(folderOf(step), { recursive: true, force: true });
