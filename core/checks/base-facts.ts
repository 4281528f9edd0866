/** What the files of a base model show without loading it. */
export interface BaseFacts {
  /** A value for each file that makes the base what it is: equal for equal files. By name. */
  parts: Readonly<Record<string, string>>;
}
