import type { Queues } from '../../protocol/activities.ts';
import type { ArtifactStore } from '../../services/store/artifacts.ts';

/** What the activities of one worker stand on. Paths are absolute. */
export interface Deps {
  store: ArtifactStore;
  /** Folder of run folders. */
  runs: string;
  /** Folder of named secrets. */
  secrets: string;
  /** Folder that remembers what mutable names last meant. */
  pins: string;
  /** Folder of the locks by which trainings of different runs take turns on a device of this host. */
  deviceLocks: string;
  queues: Queues;
  host: string;
  /** The Python that has the training libraries, and the folder whose `trainer` package it runs. */
  python: string;
  trainerRoot: string;
  /** Digest of the locked training libraries: part of the key of every step they shape. */
  environment: string;
  /** Folder of Python environments by that digest: a run goes on with the one it began with. */
  environments: string;
  /** Versions of Ollama's and llama.cpp's converters: part of the key of what they shape. */
  converters: string;
  /** Version of the Ollama that answers people, as it is now: part of the key of what is proven or judged with it. */
  servingVersion: () => Promise<string>;
  /** Base URLs: the server that answers people, and temper's own whose store can be read. */
  ollama: { serving: string; own: string; ownModels: string };
  /** Source tree and quantizer of llama.cpp; built on first use. */
  llamaCpp: (report: (line: string) => void) => Promise<{ source: string; quantizer: string; version: string }>;
}

export const runFolder = (deps: Pick<Deps, 'runs'>, runId: string) => `${deps.runs}/${runId}`;
export const stepFolder = (deps: Pick<Deps, 'runs'>, runId: string, step: string) =>
  `${deps.runs}/${runId}/steps/${step}`;
