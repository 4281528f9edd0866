import { randomUUID } from 'node:crypto';
import { mkdir, readFile, rename, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import type { ArtifactKind, Handle, Json } from '../core/handles.ts';
import { canonicalJson } from '../core/json.ts';
import { TemperError } from '../core/temper-error.ts';
import { hashFile, hashText, listFiles, syncFile, syncFolder, writeDurably } from './durable-files.ts';

/** What an artifact says of itself. The digest covers kind, files and meta, and nothing that differs between equal artifacts. */
export interface Manifest {
  version: 1;
  kind: ArtifactKind;
  digest: string;
  size: number;
  files: { path: string; size: number; sha256: string }[];
  /** Lineage: handles and digests of what it was made from. */
  meta: Readonly<Record<string, Json | Handle>>;
  /** When each file was written, in milliseconds: a cheap sign of tampering, outside the digest. */
  written: Readonly<Record<string, number>>;
}

export interface OpenArtifact {
  /** The folder with the files. Read only. */
  path: string;
  manifest: Manifest;
}

/**
 * Immutable folders, known by what they hold. An artifact is done when its manifest is there: files are written into
 * `staging/`, synced, the manifest last, and the whole folder is renamed into `artifacts/`.
 */
export class ArtifactStore {
  readonly root: string;
  constructor(root: string) {
    this.root = root;
  }

  /** A fresh folder on the store's file system, so that publishing is a rename. */
  async stage(name: string): Promise<string> {
    const path = join(this.root, 'staging', `${name}-${randomUUID()}`);
    await mkdir(join(path, 'files'), { recursive: true });
    return path;
  }

  async discard(staging: string): Promise<void> {
    await rm(staging, { recursive: true, force: true });
  }

  /** Publishes what stands under `staging/files`. An equal artifact that is there already is kept and returned. */
  async publish(
    staging: string,
    kind: ArtifactKind,
    meta: Manifest['meta'] = {},
    signal?: AbortSignal,
  ): Promise<Handle> {
    const folder = join(staging, 'files');
    const files: Manifest['files'] = [];
    const written: Record<string, number> = {};
    for (const path of await listFiles(folder)) {
      const whole = join(folder, path);
      await syncFile(whole);
      const facts = await stat(whole);
      files.push({ path, size: facts.size, sha256: await hashFile(whole, signal) });
      written[path] = facts.mtimeMs;
    }
    const hex = hashText(canonicalJson({ kind, files, meta }));
    const size = files.reduce((sum, file) => sum + file.size, 0);
    const handle: Handle = { uri: `artifact:${hex}`, digest: `sha256:${hex}`, size, kind };
    // Read to the last byte: a damaged artifact must not turn away the good copy that would replace it.
    if (await this.#isWhole(handle)) {
      await this.discard(staging);
      return handle;
    }
    const manifest: Manifest = { version: 1, kind, digest: handle.digest, size, files, meta, written };
    await syncFolder(folder);
    await writeDurably(join(staging, 'manifest.json'), `${JSON.stringify(manifest, null, 1)}\n`);
    await mkdir(join(this.root, 'artifacts'), { recursive: true });
    await this.#moveIn(staging, handle);
    await syncFolder(join(this.root, 'artifacts'));
    return handle;
  }

  /** Two steps may publish equal artifacts at once, and what lies there already may be damaged. */
  async #moveIn(staging: string, handle: Handle): Promise<void> {
    const target = this.#folder(handle);
    for (;;) {
      try {
        return await rename(staging, target);
      } catch (error) {
        if (!['ENOTEMPTY', 'EEXIST'].includes((error as NodeJS.ErrnoException).code ?? '')) throw error;
      }
      if (await this.#isWhole(handle)) return await this.discard(staging);
      const aside = join(this.root, 'staging', `damaged-${randomUUID()}`);
      await rename(target, aside).catch(() => {});
      await rm(aside, { recursive: true, force: true });
    }
  }

  async #isWhole(handle: Handle): Promise<boolean> {
    return await this.open(handle, { verify: true }).then(
      () => true,
      () => false,
    );
  }

  /** Manifest, sizes and times agree; bytes are not read. */
  async isSound(handle: Handle): Promise<boolean> {
    return await this.open(handle).then(
      () => true,
      () => false,
    );
  }

  /** Opens by manifest, sizes and times. `verify` also reads every byte: use it before the bytes matter. */
  async open(handle: Handle, how: { verify?: boolean; signal?: AbortSignal } = {}): Promise<OpenArtifact> {
    const folder = this.#folder(handle);
    const manifest = await this.#manifest(handle);
    const listed = await listFiles(join(folder, 'files')).catch((error: Error) => {
      throw this.#corrupt(handle, error.message);
    });
    // A file that was put in later would be read as if it belonged: a chat template, say.
    const known = new Set(manifest.files.map((file) => file.path));
    const stray = listed.find((path) => !known.has(path));
    if (stray !== undefined) throw this.#corrupt(handle, `${stray} does not belong to it`);
    const present = new Set(listed);
    for (const file of manifest.files) {
      const path = join(folder, 'files', file.path);
      if (!present.has(file.path)) throw this.#corrupt(handle, `${file.path} is missing`);
      const facts = await stat(path);
      if (facts.size !== file.size)
        throw this.#corrupt(handle, `${file.path} has ${facts.size} bytes instead of ${file.size}`);
      if (!how.verify && facts.mtimeMs !== manifest.written[file.path])
        throw this.#corrupt(handle, `${file.path} was written to later`);
      if (how.verify && (await hashFile(path, how.signal)) !== file.sha256)
        throw this.#corrupt(handle, `${file.path} has other bytes`);
    }
    return { path: join(folder, 'files'), manifest };
  }

  async #manifest(handle: Handle): Promise<Manifest> {
    const text = await readFile(join(this.#folder(handle), 'manifest.json'), 'utf8').catch(
      (error: NodeJS.ErrnoException) => {
        if (error.code === 'ENOENT') throw this.#corrupt(handle, 'it is not in the store');
        throw error;
      },
    );
    let manifest: Manifest;
    try {
      manifest = JSON.parse(text) as Manifest;
    } catch {
      throw this.#corrupt(handle, 'its manifest is not JSON');
    }
    const hex = hashText(canonicalJson({ kind: manifest.kind, files: manifest.files, meta: manifest.meta }));
    if (`sha256:${hex}` !== handle.digest) throw this.#corrupt(handle, 'its manifest has another digest');
    return manifest;
  }

  #folder(handle: Handle): string {
    const hex = /^sha256:([0-9a-f]{64})$/.exec(handle.digest)?.[1];
    if (!hex) throw new TemperError('CORRUPT_ARTIFACT', `${handle.uri} has no usable digest (${handle.digest})`);
    return join(this.root, 'artifacts', hex);
  }

  #corrupt(handle: Handle, why: string): TemperError {
    return new TemperError(
      'CORRUPT_ARTIFACT',
      `${handle.kind} ${handle.digest.slice(0, 19)}…: ${why} (${this.#folder(handle)})`,
    );
  }
}
