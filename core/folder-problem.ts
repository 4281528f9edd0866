/** What temper needs of the file system of its home or cache. */
export type FileSystemFeature = 'links' | 'modes' | 'locks' | 'programs';

/** What the file system of a folder lacks. */
export interface FolderProblem {
  variable: 'TEMPER_HOME' | 'TEMPER_CACHE';
  path: string;
  /** Name of the file system, such as `exFAT`, if it is known. */
  type?: string;
  lacks: readonly FileSystemFeature[];
}
