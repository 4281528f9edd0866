/** A map from reasons to their facts, as the union of `{ reason, facts }`. */
export type ReasonOf<F> = { [R in keyof F]: { reason: R; facts: F[R] } }[keyof F];

/** A reason that says everything. */
export type NoFacts = Readonly<Record<string, never>>;
