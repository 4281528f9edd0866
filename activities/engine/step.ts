import type { ArtifactKind, Handle } from '../../core/handles.ts';
import type { ActivityKind, StepOptions } from '../../core/kinds/registry.ts';
import type { Outputs } from '../../core/run/run-state.ts';
import type { StepInput, StepResult } from '../../protocol/activities.ts';
import type { Progress } from '../../protocol/progress.ts';
import type { Ledger } from '../../services/runs/ledger.ts';
import type { Manifest } from '../../services/store/manifest.ts';
import type { Deps } from './deps.ts';
import { StepAttempt } from './step-attempt.ts';
import type { WorkLimit } from './work-limit.ts';

/** What the body of a step works with. */
export interface StepContext<K extends ActivityKind> {
  deps: Deps;
  input: StepInput;
  options: StepOptions[K];
  /** Counted by temper, from 1, over all executions of the run; a stop on request goes on under its number. */
  attempt: number;
  ledger: Ledger;
  /** Folder of this step of this run: log, ledger, and what must outlive an attempt. */
  folder: string;
  logFile: string;
  /** Aborted when the step is to stop: by request, or since its time is spent. */
  signal: AbortSignal;
  /** To be told when the step waits for the device. */
  limit: WorkLimit;
  /** Appends a line to the step's log; never fails. */
  log: (line: string) => Promise<void>;
  progress: (progress: Progress) => void;
  /** A fresh folder in the store; its `files/` becomes an artifact by `publish`. Removed when the step ends. */
  stage: (name?: string) => Promise<string>;
  /** Makes an artifact of a staged folder, and writes down that this step made it. */
  publish: (staging: string, kind: ArtifactKind, meta?: Manifest['meta']) => Promise<Handle>;
}

export interface StepDone {
  outputs: Outputs;
  summary: string;
}

/** Makes an activity of a step's body: options, reuse, ledger, heartbeats, staging and failures are the same for every kind. */
export function step<K extends ActivityKind>(
  kind: K,
  deps: Deps,
  body: (context: StepContext<K>) => Promise<StepDone>,
) {
  return async (input: StepInput): Promise<StepResult> => {
    const attempt = new StepAttempt(kind, deps, input);
    try {
      return await attempt.carryOut(body);
    } catch (error) {
      throw await attempt.fail(error);
    } finally {
      await attempt.close();
    }
  };
}
