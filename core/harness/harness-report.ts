/** A metric of one side. */
export interface HarnessValue {
  value: number;
  /** One standard error; absent where lm_eval has none. */
  error?: number | undefined;
}

export interface HarnessMetric {
  /** A task, or a group with the mean over its tasks. */
  task: string;
  metric: string;
  /** How the answer is taken out of the text; absent where only one way is used. */
  filter?: string | undefined;
  higherIsBetter?: boolean | undefined;
  questions?: number | undefined;
  before: HarnessValue;
  after: HarnessValue;
}

/** What lm-evaluation-harness measured of the models before and after. */
export interface HarnessReport {
  /** That of lm_eval. */
  version?: string | undefined;
  /** Questions of each task, where not all were asked. */
  limit?: number | undefined;
  fewshot?: number | undefined;
  metrics: readonly HarnessMetric[];
}
