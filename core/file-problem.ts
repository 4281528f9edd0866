/** Why the operating system refused a file, with what is known of its place. */
export interface FileProblem {
  /** Of the system, such as `EACCES`. */
  code: string;
  path: string;
  /** The nearest part of the path that exists, and the user id that it belongs to. */
  existing?: { path: string; owner: number };
  /** The folder of temper's own that the path lies in. */
  within?: { variable: 'TEMPER_HOME' | 'TEMPER_CACHE'; path: string };
  /** The user id of this process. */
  user: number;
  /** The file system has free bytes and no free entries for files. */
  isOutOfEntries?: boolean;
}
