import type { FileProblem } from '../../language/problems.ts';

const known: Readonly<Record<string, string>> = {
  ENOENT: 'no such file',
  EISDIR: 'it is a directory',
  EACCES: 'permission denied',
  NOT_A_FILE: 'it is not a regular file',
};

/** Why a file cannot be read. */
export const fileWords = ({ code, message }: FileProblem): string => known[code] ?? message ?? code;
