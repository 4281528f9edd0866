import type { Handle, Json } from '../core/handles.ts';
import type { ActivityKind } from '../core/kinds/registry.ts';
import type { NotificationChannel } from '../core/language/document.ts';
import type { Reason } from '../core/reasons.ts';
import type { Notification } from '../core/run/notification.ts';
import type { Plan } from '../core/run/plan.ts';
import type { Outputs, Rerun, RunState } from '../core/run/run-state.ts';

/** Task queues; the names carry the id of a home. */
export interface Queues {
  /** Steps that use the device, one at a time. */
  gpu: string;
  /** Steps that do not use the device; some of them take hours. */
  cpu: string;
  /** Light work on files of one host, which waits for no step: pin, reuse, publishCheckpoint, record. */
  host: string;
}

/** What mutable names referred to when the run began. Paths are absolute. */
export interface Pins {
  files: Readonly<Record<string, { digest: string; size: number }>>;
  /** Hub names → commit. `offline`: the last commit this home had seen. */
  bases: Readonly<Record<string, { revision: string; architecture?: string; offline?: boolean }>>;
  /** Ollama names → manifest digest. */
  models: Readonly<Record<string, string>>;
  /** Ollama names that trainings continue from → the adapter that the name served; null: none yet. */
  adapters?: Readonly<Record<string, Handle | null>>;
  /** Digest of the training libraries that the run began with. */
  environment?: string;
}

export interface PinInput {
  runId: string;
  plan: Plan;
  reuse: boolean;
  rerun?: Rerun;
  acceptVersions?: boolean;
  /** Given when a closed run is resumed: nothing is resolved anew. */
  pins?: Pins;
}

export interface PinResult {
  pins: Pins;
  /** Steps whose result an earlier run has, by ids of instances. */
  reused: Readonly<Record<string, StepResult>>;
  /** Why steps run that could have been reused, as far as it is known already. */
  because?: Readonly<Record<string, Reason>>;
}

export interface StepInput {
  runId: string;
  pipeline?: string;
  step: string;
  uses: ActivityKind;
  /** Options with every expression filled in except secrets. */
  with: Json;
  pins: Pins;
  reuse: boolean;
  /** Why nothing is reused, where `reuse` is false. */
  because?: Reason;
  /** Use the libraries at hand if those that the run began with are gone. */
  acceptVersions?: boolean;
  /** Digest of an artifact of this step that is damaged or gone; the step has succeeded once it is whole again. */
  replaces?: string;
  /** How often a person has said `retry`; each time its failures count from zero. */
  retried?: number;
  /** Consecutive failures of the step itself without progress, after which it has failed. */
  maxAttempts: number;
  /** Minutes of work of all attempts together, after which it has failed. */
  timeoutMinutes?: number;
  /** Temporal's id of the run's first execution: failures and work are counted per resume, not per continued history. */
  execution?: string;
}

export interface StepResult {
  outputs: Outputs;
  /** One line for people. */
  summary: string;
  key: string;
  /** Digests of all artifacts the step published, also of those that are no output. */
  artifacts: readonly string[];
  reusedFrom?: string;
  /** Why it ran, or why it was not needed. */
  because?: Reason;
}

/** One saved checkpoint of a running training, on the disk of the host whose queue is named. */
export interface SavedCheckpoint {
  runId: string;
  step: string;
  checkpoint: number;
  path: string;
  /** The best one so far if it is an older one; another host must be able to select it. */
  best?: { checkpoint: number; path: string };
  keep: number;
  queue: string;
}

export interface PruneInput {
  runId: string;
}

export interface PauseScheduleInput {
  runId: string;
  schedule: string;
  /** Consecutive failed runs after which the schedule pauses. */
  pauseOnFailure: number;
}

export interface NotifyInput {
  channel: NotificationChannel;
  notification: Notification;
  /** Path of the document; a program runs in its folder. */
  document: string;
}

/** Intermediates that a run dropped at its end. `bytes` comes from their manifests. */
export interface Pruned {
  artifacts: number;
  bytes: number;
}

export type StepActivities = { [K in ActivityKind]: (input: StepInput) => Promise<StepResult> };

export interface Activities extends StepActivities {
  pin(input: PinInput): Promise<PinResult>;
  /** Returns the result of an equal step that ran before, if its artifacts are still there. */
  reuse(input: StepInput): Promise<StepResult | null>;
  /** Verifies a checkpoint and publishes it to the store; null if the training has pruned it meanwhile. */
  publishCheckpoint(saved: SavedCheckpoint): Promise<Handle | null>;
  /** Drops the bytes of proven intermediates of a run that has succeeded. */
  prune(input: PruneInput): Promise<Pruned>;
  /** Writes the run's record, which outlives Temporal's own history. */
  record(state: RunState): Promise<void>;
  /** Pauses a schedule after that many consecutive failures, counted from the runs' records; returns whether it did. */
  pauseSchedule(input: PauseScheduleInput): Promise<boolean>;
  /** Sends a notification, as the document's `on_failure` or `on_waiting` says. */
  notify(input: NotifyInput): Promise<void>;
}
