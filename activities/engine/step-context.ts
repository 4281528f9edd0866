import type { ArtifactKind, Handle } from '../../core/handles.ts';
import type { ResolvedStep } from '../../core/kinds/options/resolve-options.ts';
import type { ActivityKind, OutputsOf, StepOptions } from '../../core/kinds/registry.ts';
import type { StepInput } from '../../protocol/activities.ts';
import type { Ledger } from '../../services/runs/attempt-ledger.ts';
import type { Manifest } from '../../services/store/manifest.ts';
import type { WorkContext } from './deps.ts';
import type { WorkLimit } from './work-limit.ts';

/** What the body of a step works with. */
export interface StepContext<K extends ActivityKind> extends WorkContext {
  input: StepInput;
  resolved: ResolvedStep<K>;
  options: StepOptions[K];
  /** Counted by temper, from 1, over all executions of the run; a stop on request goes on under its number. */
  attempt: number;
  ledger: Ledger;
  /** Must be told when the step waits for the device. */
  limit: WorkLimit;
  /** A fresh folder in the store; its `files/` becomes an artifact by `publish`. Removed when the step ends. */
  stage: (name?: string) => Promise<string>;
  /** Makes an artifact of a staged folder, and records that this step made it. */
  publish: (staging: string, kind: ArtifactKind, meta?: Manifest['meta']) => Promise<Handle>;
}

/** What a step of a kind returns: the outputs that its definition declares, and one line for people. */
export interface StepDone<K extends ActivityKind> {
  outputs: OutputsOf<K>;
  summary: string;
}
