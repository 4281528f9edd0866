import { accessSync, constants, statfsSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, isAbsolute } from 'node:path';
import { TemperError } from '../../../core/errors/temper-error.ts';
import type { FileProblem } from '../../../core/file-problem.ts';
import { fileProblemWords } from '../../../core/words/file-problems.ts';
import { cacheDir, homeRoot } from '../home.ts';

/** The error of a file operation that this machine refused, with its facts and what to do; undefined for any other error. */
export function explainFileError(error: unknown): TemperError | undefined {
  const { code, path, dest, syscall } = (error ?? {}) as NodeJS.ErrnoException & { dest?: string };
  if (code === undefined || syscall === undefined) return undefined;
  // The system does not say which file a write was for.
  const place = dest ?? path ?? (syscall === 'write' || syscall === 'fsync' ? likelyPlace(code) : undefined);
  if (place === undefined || !isAbsolute(place)) return undefined;
  const told = fileProblemWords(factsOf(code === 'ENOENT' && syscall === 'mkdir' ? whyNotMade(place) : code, place));
  return told && new TemperError(told.code, told.message, { remedy: told.remedy, cause: error });
}

function factsOf(code: string, path: string): FileProblem {
  const existing = nearest(path);
  const within = ownFolders().find((own) => path === own.path || path.startsWith(`${own.path}/`));
  return {
    code,
    path,
    user: process.getuid?.() ?? 0,
    ...(existing ? { existing } : {}),
    ...(within ? { within } : {}),
    ...(existing && code === 'ENOSPC' ? { isOutOfEntries: isOutOfEntries(existing.path) } : {}),
  };
}

/** Node.js reports a folder that may not be made, together with those above it, as `ENOENT`. */
function whyNotMade(path: string): string {
  try {
    accessSync(nearest(path)?.path ?? path, constants.W_OK);
    return 'ENOENT';
  } catch (error) {
    return (error as NodeJS.ErrnoException).code ?? 'ENOENT';
  }
}

/** The nearest part of a path that exists. */
function nearest(path: string): FileProblem['existing'] {
  for (let at = path; ; at = dirname(at)) {
    try {
      return { path: at, owner: statSync(at).uid };
    } catch {
      if (dirname(at) === at) return undefined;
    }
  }
}

function ownFolders(): NonNullable<FileProblem['within']>[] {
  try {
    return [
      { variable: 'TEMPER_HOME', path: homeRoot() },
      { variable: 'TEMPER_CACHE', path: cacheDir() },
    ];
  } catch {
    return [];
  }
}

/** Where a write failed: of a full disk the first folder that temper writes to and that has no room, else the home. */
function likelyPlace(code: string): string | undefined {
  const [home, ...others] = [...ownFolders().map(({ path }) => path), process.cwd(), tmpdir()];
  return code === 'ENOSPC' ? ([home, ...others].find((path) => path !== undefined && isFull(path)) ?? home) : home;
}

/** Bytes. Less is no room for any file of temper. */
const noRoom = 65_536;

function isFull(path: string): boolean {
  try {
    const { bavail, bsize } = statfsSync(nearest(path)?.path ?? path);
    return bavail * bsize < noRoom;
  } catch {
    return false;
  }
}

function isOutOfEntries(path: string): boolean {
  try {
    const { files, ffree, bavail } = statfsSync(path);
    return files > 0 && ffree === 0 && bavail > 0;
  } catch {
    return false;
  }
}
