import { mkdir, readFile, rename, rm, stat, utimes } from 'node:fs/promises';
import { join } from 'node:path';
import { TemperError } from '../../core/errors/temper-error.ts';
import type { ArtifactKind, Handle } from '../../core/handles.ts';
import { hashFile, listFiles, syncFolder, writeDurably } from './durable-files.ts';
import { digestOf, foldersOf, type Manifest, manifestOfFiles, readManifest } from './manifest.ts';
import { stagingName } from './staging-folders.ts';

export interface OpenArtifact {
  /** The folder with the files. Read only. */
  path: string;
  manifest: Manifest;
}

/** An artifact by its digest; the kind is for messages. */
export type Named = Pick<Handle, 'digest'> & Partial<Handle>;

export interface HowToOpen {
  /** Reads every byte. */
  verify?: boolean;
  /** `mark`, the default, writes down that it is damaged; `tell` changes nothing. */
  onDamage?: 'mark' | 'tell';
  signal?: AbortSignal;
}

/** `dropped`: the bytes were given up on purpose, and the step that made them can make them again. */
export type Condition = 'whole' | 'dropped' | 'broken';

/** Why an artifact has a manifest and no bytes. */
export interface Dropped {
  /** The run, or the command, that gave the bytes up. */
  by: string;
  at: string;
}

/**
 * Immutable folders, known by what they hold. An artifact is done when its manifest is there: files are written into
 * `staging/`, synced, the manifest last, and the whole folder is renamed into `artifacts/`. Two small files may stand
 * beside a manifest, outside the digest: `dropped.json` says that the bytes were given up, `damaged.json` that they
 * were read and found to be others.
 */
export class ArtifactStore {
  readonly root: string;
  constructor(root: string) {
    this.root = root;
  }

  get staging(): string {
    return join(this.root, 'staging');
  }

  /** A fresh folder on the store's file system, so that publishing is a rename. */
  async stage(name: string): Promise<string> {
    const path = join(this.staging, stagingName(name));
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
    const manifest = await manifestOfFiles(folder, kind, meta, signal);
    const { digest, size, files } = manifest;
    const handle: Handle = { uri: digest.replace('sha256', 'artifact'), digest, size, kind };
    // Before it is looked at: a clean-up that runs now then leaves it alone, or has taken it already.
    await this.want(handle);
    // Read to the last byte: a damaged artifact must not turn away the good copy that would replace it.
    if (await this.#isWhole(handle)) {
      await this.discard(staging);
      return handle;
    }
    for (const inner of foldersOf(files)) await syncFolder(join(folder, inner));
    await writeDurably(join(staging, 'manifest.json'), `${JSON.stringify(manifest, null, 1)}\n`);
    await mkdir(join(this.root, 'artifacts'), { recursive: true });
    await this.#moveIn(staging, handle);
    await syncFolder(join(this.root, 'artifacts'));
    return handle;
  }

  /** Two steps may publish equal artifacts at once, and what lies there already may be damaged. */
  async #moveIn(staging: string, handle: Handle): Promise<void> {
    const target = this.folder(handle);
    for (;;) {
      try {
        return await rename(staging, target);
      } catch (error) {
        if (!['ENOTEMPTY', 'EEXIST'].includes((error as NodeJS.ErrnoException).code ?? '')) throw error;
      }
      if (await this.#isWhole(handle)) return await this.discard(staging);
      const aside = join(this.staging, stagingName('damaged'));
      // Gone when the other publisher was quicker; anything else would come again, for ever.
      await rename(target, aside).catch((error: NodeJS.ErrnoException) => {
        if (error.code !== 'ENOENT') throw error;
      });
      await rm(aside, { recursive: true, force: true });
    }
  }

  async #isWhole(handle: Named): Promise<boolean> {
    return (await this.condition(handle, { verify: true })) === 'whole';
  }

  /** How an artifact stands, by manifest, sizes and times, or by its bytes with `verify`. */
  async condition(handle: Named, how: { verify?: boolean } = {}): Promise<Condition> {
    return await this.open(handle, how).then(
      () => 'whole',
      (error: unknown) => (error instanceof DroppedError ? 'dropped' : 'broken'),
    );
  }

  /** Whether a result may be reused: it is whole as far as sizes and times tell, or was dropped and can be made again. */
  async isSound(handle: Named): Promise<boolean> {
    return (await this.condition(handle)) !== 'broken';
  }

  /** Says that somebody relies on it from now on; a clean-up leaves it alone for a while. */
  async want(handle: Named): Promise<void> {
    const now = new Date();
    await utimes(join(this.folder(handle), 'manifest.json'), now, now).catch(() => {});
  }

  /** Opens by manifest, sizes and times. `verify` also reads every byte: use it before the bytes matter. */
  async open(handle: Named, how: HowToOpen = {}): Promise<OpenArtifact> {
    const folder = this.folder(handle);
    const manifest = await this.#manifest(handle);
    const dropped = await readSmall<Dropped>(join(folder, 'dropped.json'));
    if (dropped) {
      const text = `its bytes were dropped by ${dropped.by} on ${dropped.at.slice(0, 10)}`;
      throw new DroppedError('ARTIFACT_GONE', `${name(handle)}: ${text}`, { artifact: handle.digest });
    }
    const damaged = await readSmall<{ why: string }>(join(folder, 'damaged.json'));
    if (damaged) throw this.#corrupt(handle, damaged.why);
    const listed = await listFiles(join(folder, 'files')).catch((error: NodeJS.ErrnoException) => {
      // A network disk that is away, or a process out of handles, says nothing of the bytes.
      if (error instanceof TemperError || ['ENOENT', 'ENOTDIR'].includes(error.code ?? ''))
        throw this.#corrupt(handle, error.message);
      throw error;
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
        throw await this.#damaged(handle, `${file.path} has other bytes`, how.onDamage ?? 'mark');
    }
    return { path: join(folder, 'files'), manifest };
  }

  /** Sizes and times may still agree, so that it is written down: what was found damaged is not offered for reuse again. */
  async #damaged(handle: Named, why: string, on: 'mark' | 'tell'): Promise<TemperError> {
    const file = join(this.folder(handle), 'damaged.json');
    const aside = join(this.staging, stagingName('damage'));
    const text = JSON.stringify({ why, at: new Date().toISOString() });
    if (on === 'mark') await writeDurably(file, text, { aside }).catch(() => {});
    return this.#corrupt(handle, why);
  }

  /** The manifest alone: it stays when the bytes are dropped. Undefined where there is none, or a damaged one. */
  async manifestOf(handle: Named): Promise<Manifest | undefined> {
    return await this.#manifest(handle).catch(() => undefined);
  }

  async #manifest(handle: Named): Promise<Manifest> {
    const text = await readFile(join(this.folder(handle), 'manifest.json'), 'utf8').catch(
      (error: NodeJS.ErrnoException) => {
        if (error.code === 'ENOENT')
          throw new TemperError('ARTIFACT_GONE', `${name(handle)}: it is not in the store (${this.root})`, {
            artifact: handle.digest,
          });
        throw error;
      },
    );
    const manifest = readManifest(text);
    if (!manifest) throw this.#corrupt(handle, 'its manifest is not JSON');
    if (digestOf(manifest) !== handle.digest) throw this.#corrupt(handle, 'its manifest has another digest');
    return manifest;
  }

  /** Where an artifact lies, whether or not it is there. Throws on what is no digest: it must not lead out of the store. */
  folder(handle: Named): string {
    const hex = /^sha256:([0-9a-f]{64})$/.exec(handle.digest)?.[1];
    if (!hex)
      throw new TemperError(
        'CORRUPT_ARTIFACT',
        `${handle.uri ?? 'an artifact'} has no usable digest (${handle.digest})`,
      );
    return join(this.root, 'artifacts', hex);
  }

  #corrupt(handle: Named, why: string): TemperError {
    return new TemperError('CORRUPT_ARTIFACT', `${name(handle)}: ${why} (${this.folder(handle)})`, {
      artifact: handle.digest,
    });
  }
}

class DroppedError extends TemperError {}

const name = ({ kind, digest }: Named) => `${kind ?? 'artifact'} ${digest.slice(0, 19)}…`;

/** A small file of JSON; undefined where there is none, or only a part of one. */
export async function readSmall<T>(file: string): Promise<T | undefined> {
  return await readFile(file, 'utf8').then(
    (text) => JSON.parse(text) as T,
    () => undefined,
  );
}
