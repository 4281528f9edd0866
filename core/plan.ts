import type { Keep, OnFailure, Retry } from './document.ts';
import type { Json } from './handles.ts';
import type { StepKind } from './steps.ts';

/** What a run carries out: plain JSON, self-contained, so that editing the file later changes nothing. */
export interface Plan {
  version: 1;
  pipeline: string;
  inputs: Readonly<Record<string, string | number | boolean>>;
  /** In an order in which every step stands after those it needs. */
  steps: readonly PlannedStep[];
  /** Absent: as the defaults say. */
  keep?: Keep;
  /** Absent: nobody is told of a failed run. */
  on_failure?: OnFailure;
  document: { path: string; text: string };
}

export interface PlannedStep {
  id: string;
  uses: StepKind;
  /** Options with inputs filled in and paths absolute; expressions that read steps or secrets still stand. */
  with: Json;
  needs: readonly string[];
  if?: string;
  retry: Retry;
  /** `gpu` takes the device slot of a GPU worker, `cpu` one of the slots beside it. */
  queue: 'gpu' | 'cpu';
  reuse: boolean;
}
