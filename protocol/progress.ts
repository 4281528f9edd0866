/** What a running step tells in its heartbeat; the live view and the Temporal UI show it. */
export interface Progress {
  /** A few words: "loading the base", "step 40 of 120". */
  phase: string;
  /** Why the step runs although one like it may have run before. */
  because?: string;
  /** Of the whole step, 0 to 1, where it is known. */
  fraction?: number;
  step?: number;
  max_steps?: number;
  loss?: number;
  learning_rate?: number;
  tokens_per_second?: number;
  eta_seconds?: number;
  memory_bytes?: number;
  /** The newest saved checkpoint, by optimizer step. */
  checkpoint?: number;
}
