import type { Diagnostic, Path } from '../diagnostic.ts';
import type { Problem } from '../problems.ts';
import type { Source } from '../yaml/source.ts';

/** Places a problem at the value of a path, or at its key. */
export const diagnosticAt = (source: Source, path: Path, part: 'key' | 'value', problem: Problem): Diagnostic => ({
  ...problem,
  path,
  ...source.locate(path, part),
});
