import type { Json } from '../../core/handles.ts';
import type { Ingredients } from '../../core/key-difference.ts';
import type { ResolvedStep } from '../../core/kinds/options/resolve-options.ts';
import type { Tracker } from '../../core/kinds/options/tracking.ts';
import type { ActivityKind } from '../../core/kinds/registry.ts';
import type { Reason } from '../../core/reasons.ts';
import type { Plan } from '../../core/run/plan.ts';
import type { Pins, Queues } from '../../protocol/activities.ts';
import type { Progress } from '../../protocol/progress.ts';
import type { ArtifactStore } from '../../services/store/artifacts.ts';
import type { Asking } from './reuse/keyed.ts';

/** What the activities of one worker need. Paths are absolute. */
export interface Deps {
  store: ArtifactStore;
  /** Folder of run folders. */
  runs: string;
  /** Folder of named secrets. */
  secrets: string;
  /** Folder with the last known meaning of mutable names. */
  pins: string;
  /** Folder of locks: trainings of different runs take turns on a device of this host. */
  deviceLocks: string;
  queues: Queues;
  host: string;
  /** The Python that has the training libraries, and the folder whose `trainer` package it runs. */
  python: string;
  trainerRoot: string;
  /** The Python that reads documents; installed on first use. */
  documents: (signal: AbortSignal) => Promise<string>;
  /** The Python that has the client of a tracker; installed on first use. */
  tracker: (name: Tracker, signal: AbortSignal) => Promise<string>;
  /** The page of a run in Temporal's web UI, where it is known. */
  runLink: (runId: string) => string | undefined;
  /** Digest of the locked training libraries: part of the key of every step they shape. */
  environment: string;
  /** Folder of Python environments by that digest. A run keeps the one it began with. */
  environments: string;
  /** Versions of Ollama's and llama.cpp's converters: part of the key of what they shape. */
  converters: string;
  /** Present version of the Ollama that answers people: part of the key of proofs and evaluations. */
  servingVersion: () => Promise<string>;
  /** Base URLs of the server that answers people and of temper's own, whose store can be read. */
  ollama: { serving: string; own: string; ownModels: string };
  /** Source tree and quantizer of llama.cpp; built on first use. */
  llamaCpp: (report: (line: string) => void) => Promise<{ source: string; quantizer: string; version: string }>;
  /** The source tree alone, which is there without a build. */
  converter: (report: (line: string) => void) => Promise<{ source: string; version: string }>;
  /** What kinds do besides their work. */
  hooks: KindHooks;
}

/** What work stands on, in a step or before the first one; `folder` is that of the step, or else of the run. */
export interface WorkContext {
  deps: Deps;
  /** Holds its log, and of a step also the ledger and what must outlive an attempt. */
  folder: string;
  logFile: string;
  /** Aborted when the work is to stop: by request, or because its time is spent. */
  signal: AbortSignal;
  /** Appends a line to the log; never fails. */
  log: (line: string) => Promise<void>;
  progress: (progress: Progress) => void;
}

export type KindHooks = { readonly [K in ActivityKind]?: HooksOf<K> };

/** What the engine and the activities of a run ask of a kind; each is in the kind's folder. */
export interface HooksOf<K extends ActivityKind> {
  /** Refuses before any step runs what can be known by then, and returns what it found for the pins. Throws TemperError. */
  preflight?: (context: WorkContext, plan: Plan, pins: Pins) => Promise<Partial<Pins>>;
  /** The options as the key counts them. `fixed`: digests already stand for files, artifacts and models. */
  keyOptions?: (step: ResolvedStep<K>, fixed: Json, pins: Pins, deps: Deps) => Json | Promise<Json>;
  /** The key of another result that serves as well, and why. */
  findEquivalent?: (
    deps: Deps,
    asking: Asking,
    ingredients: Ingredients,
  ) => Promise<{ key: string; because: Reason } | undefined>;
  /** Removes what an ended step had to leave outside the store. Never throws. `folder`: the step's own. */
  removeLeftovers?: (folder: string) => Promise<void>;
}

export const runFolder = (deps: Pick<Deps, 'runs'>, runId: string) => `${deps.runs}/${runId}`;
export const stepFolder = (deps: Pick<Deps, 'runs'>, runId: string, step: string) =>
  `${deps.runs}/${runId}/steps/${step}`;
