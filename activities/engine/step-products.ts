import type { ArtifactKind, Handle } from '../../core/handles.ts';
import type { ArtifactStore } from '../../services/store/artifacts.ts';
import type { Manifest } from '../../services/store/manifest.ts';

/** What one attempt of a step stages and publishes in the store. */
export class StepProducts {
  readonly #store: ArtifactStore;
  readonly #tell: (digest: string) => Promise<void>;
  readonly #staged: string[] = [];
  /** Digests of what was published, in order. */
  readonly artifacts: string[] = [];

  /** `tell` is called with each digest at once, before the step has ended. */
  constructor(store: ArtifactStore, tell: (digest: string) => Promise<void>) {
    this.#store = store;
    this.#tell = tell;
  }

  async stage(name: string): Promise<string> {
    const path = await this.#store.stage(name);
    this.#staged.push(path);
    return path;
  }

  async publish(
    staging: string,
    kind: ArtifactKind,
    meta: Manifest['meta'] | undefined,
    signal: AbortSignal,
  ): Promise<Handle> {
    const handle = await this.#store.publish(staging, kind, meta, signal);
    this.artifacts.push(handle.digest);
    await this.#tell(handle.digest);
    return handle;
  }

  /** Removes what is still staged. What cannot be removed is left for a later clean-up. */
  async discard(failed: (error: Error) => unknown): Promise<void> {
    await Promise.all(this.#staged.map((path) => this.#store.discard(path).catch(failed)));
  }
}
