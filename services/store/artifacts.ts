import { mkdir, readFile, rename, rm, stat, utimes } from 'node:fs/promises';
import { join } from 'node:path';
import { TemperError } from '../../core/errors/temper-error.ts';
import type { ArtifactKind, Handle } from '../../core/handles.ts';
import { hashFile, listFiles, syncFolder, writeDurably } from './durable-files.ts';
import { readJsonFile } from './json-file.ts';
import { digestOf, foldersOf, type Manifest, manifestOfFiles, readManifest } from './manifest.ts';
import { stagingName } from './staging-folders.ts';

export interface OpenArtifact {
  /** The folder with the files. Read only. */
  path: string;
  manifest: Manifest;
}

/** An artifact by its digest; the kind is for messages. */
export type Named = Pick<Handle, 'digest'> & Partial<Handle>;

interface OpenOptions {
  /** Read every byte. */
  verify?: boolean;
  /** `mark`, the default, records the damage in the store; `report` changes nothing. */
  onDamage?: 'mark' | 'report';
  signal?: AbortSignal;
}

/** `dropped`: the bytes were deleted on purpose, and the step that made them can make them again. */
type Condition = 'whole' | 'dropped' | 'broken';

/** Content of `dropped.json`: why an artifact has a manifest and no bytes. */
export interface Dropped {
  /** The run or the command that deleted the bytes. */
  by: string;
  at: string;
}

/**
 * Immutable folders, named by the digest of their content. Publishing writes files into `staging/`, syncs them, writes
 * the manifest last and renames the folder into `artifacts/`: an artifact with a manifest is complete. Two marks may lie
 * beside a manifest, outside the digest: `dropped.json` if the bytes were deleted on purpose, `damaged.json` if they
 * were read and did not match. Beside an adapter may also lie the card of its model, for people.
 */
export class ArtifactStore {
  readonly root: string;
  constructor(root: string) {
    this.root = root;
  }

  get staging(): string {
    return join(this.root, 'staging');
  }

  /** Makes a folder on the store's file system, so that publishing is a rename. */
  async stage(name: string): Promise<string> {
    const path = join(this.staging, stagingName(name));
    await mkdir(join(path, 'files'), { recursive: true });
    return path;
  }

  async discard(staging: string): Promise<void> {
    await rm(staging, { recursive: true, force: true });
  }

  /** Publishes the files under `staging/files`. If the store has an equal artifact, keeps and returns that one. */
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
    // Touch before looking: a clean-up that runs now either sees the touch or has already taken the artifact.
    await this.keepFromCleanup(handle);
    // Read every byte: a damaged artifact must not keep out the good copy that would replace it.
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

  /** Two steps may publish equal artifacts at once, and the artifact in the store may be damaged. */
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
      // ENOENT: the other publisher was quicker. Any other error would repeat for ever.
      await rename(target, aside).catch((error: NodeJS.ErrnoException) => {
        if (error.code !== 'ENOENT') throw error;
      });
      await rm(aside, { recursive: true, force: true });
    }
  }

  async #isWhole(handle: Named): Promise<boolean> {
    return (await this.condition(handle, { verify: true })) === 'whole';
  }

  /** Judges an artifact by manifest, sizes and times; with `verify`, by its bytes. */
  async condition(handle: Named, how: { verify?: boolean } = {}): Promise<Condition> {
    return await this.open(handle, how).then(
      () => 'whole',
      (error: unknown) => (error instanceof DroppedError ? 'dropped' : 'broken'),
    );
  }

  /** Whether a result may be reused: sizes and times are right, or it was dropped and can be made again. */
  async isSound(handle: Named): Promise<boolean> {
    return (await this.condition(handle)) !== 'broken';
  }

  /** Touches the manifest, so that a clean-up leaves the artifact alone for an hour. */
  async keepFromCleanup(handle: Named): Promise<void> {
    const now = new Date();
    await utimes(join(this.folder(handle), 'manifest.json'), now, now).catch(() => {});
  }

  /** Opens by manifest, sizes and times. Use `verify` before the bytes matter. */
  async open(handle: Named, how: OpenOptions = {}): Promise<OpenArtifact> {
    const folder = this.folder(handle);
    const manifest = await this.#manifest(handle);
    const dropped = await readJsonFile<Dropped>(join(folder, 'dropped.json'));
    if (dropped) {
      const cleared = { by: dropped.by, on: dropped.at.slice(0, 10) };
      const text = `${name(handle)}: ${cleared.by} deleted its bytes on ${cleared.on}`;
      throw new DroppedError('ARTIFACT_GONE', text, { artifact: handle.digest, cleared });
    }
    const damaged = await readJsonFile<{ why: string }>(join(folder, 'damaged.json'));
    if (damaged) throw this.#corrupt(handle, damaged.why);
    const listed = await listFiles(join(folder, 'files')).catch((error: NodeJS.ErrnoException) => {
      // Other errors (a network disk that is away, too many open files) say nothing about the bytes.
      if (error instanceof TemperError || ['ENOENT', 'ENOTDIR'].includes(error.code ?? ''))
        throw this.#corrupt(handle, error.message);
      throw error;
    });
    // A reader would take a stray file, such as a chat template, for part of the artifact.
    const known = new Set(manifest.files.map((file) => file.path));
    const stray = listed.find((path) => !known.has(path));
    if (stray !== undefined) throw this.#corrupt(handle, `${stray} is not in its manifest`);
    const present = new Set(listed);
    const written: Record<string, number> = {};
    for (const file of manifest.files) {
      const path = join(folder, 'files', file.path);
      if (!present.has(file.path)) throw this.#corrupt(handle, `${file.path} is missing`);
      const facts = await stat(path);
      if (facts.size !== file.size)
        throw this.#corrupt(handle, `${file.path} has ${facts.size} bytes, expected ${file.size}`);
      written[file.path] = facts.mtimeMs;
      if (!how.verify && facts.mtimeMs !== manifest.written[file.path])
        throw this.#corrupt(handle, `${file.path} was modified after publishing`);
      if (how.verify && (await hashFile(path, how.signal)) !== file.sha256)
        throw await this.#damaged(handle, `${file.path} does not match its digest`, how.onDamage ?? 'mark');
    }
    const isMoved = manifest.files.some(({ path }) => written[path] !== manifest.written[path]);
    if (isMoved && (how.onDamage ?? 'mark') === 'mark') await this.#acceptTimes(handle, { ...manifest, written });
    return { path: join(folder, 'files'), manifest };
  }

  /** A copy of a store may have lost the times of its files. Where every byte was read and is right, they are the times from now on. */
  async #acceptTimes(handle: Named, manifest: Manifest): Promise<void> {
    const aside = join(this.staging, stagingName('times'));
    const file = join(this.folder(handle), 'manifest.json');
    // On a disk that cannot be written to, the artifact is as sound as before.
    await writeDurably(file, `${JSON.stringify(manifest, null, 1)}\n`, { aside }).catch(() => {});
  }

  /** Records the damage: sizes and times may still agree, and the artifact must not be reused. */
  async #damaged(handle: Named, why: string, on: 'mark' | 'report'): Promise<TemperError> {
    const file = join(this.folder(handle), 'damaged.json');
    const aside = join(this.staging, stagingName('damage'));
    const text = JSON.stringify({ why, at: new Date().toISOString() });
    if (on === 'mark') await writeDurably(file, text, { aside }).catch(() => {});
    return this.#corrupt(handle, why);
  }

  /** The manifest alone, which stays when the bytes are dropped. Undefined if it is missing or damaged. */
  async manifestOf(handle: Named): Promise<Manifest | undefined> {
    return await this.#manifest(handle).catch(() => undefined);
  }

  async #manifest(handle: Named): Promise<Manifest> {
    const text = await readFile(join(this.folder(handle), 'manifest.json'), 'utf8').catch(
      (error: NodeJS.ErrnoException) => {
        if (error.code === 'ENOENT')
          throw new TemperError('ARTIFACT_GONE', `${name(handle)}: not in the store (${this.root})`, {
            artifact: handle.digest,
          });
        throw error;
      },
    );
    const manifest = readManifest(text);
    if (!manifest) throw this.#corrupt(handle, 'its manifest is not JSON');
    if (digestOf(manifest) !== handle.digest) throw this.#corrupt(handle, 'its manifest does not match its digest');
    return manifest;
  }

  /** The folder of an artifact, whether or not it exists. Throws if the digest is not one: the path must stay in the store. */
  folder(handle: Named): string {
    const hex = /^sha256:([0-9a-f]{64})$/.exec(handle.digest)?.[1];
    if (!hex)
      throw new TemperError(
        'CORRUPT_ARTIFACT',
        `${handle.uri ?? 'an artifact'} has an invalid digest (${handle.digest})`,
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
