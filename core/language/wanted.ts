/** What a value may be. Several are alternatives. */
export type Wanted =
  | { type: 'string' | 'number' | 'integer' | 'boolean' | 'array' | 'null' | 'other' }
  /** `key` is the only key that the map has. */
  | { type: 'object'; key?: string }
  /** `any`, or the kind of the artifact. */
  | { artifact: string }
  | { values: readonly string[] };
