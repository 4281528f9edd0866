import { execFile } from 'node:child_process';
import { chmod, mkdir, mkdtemp, rm, stat, statfs, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { TemperError } from '../../../core/errors/temper-error.ts';
import type { FileSystemFeature, FolderProblem } from '../../../core/folder-problem.ts';
import { folderProblemWords } from '../../../core/words/folder-problems.ts';
import { findPython } from '../../setup/programs/find-program.ts';
import { cacheDir, type Home } from '../home.ts';

/** Linux's numbers of file systems that people put such folders on. */
const types: Readonly<Record<number, string>> = {
  19780: 'FAT',
  538032816: 'exFAT',
  1397118030: 'NTFS',
  1936094318: 'NTFS',
  1702057286: 'FUSE',
  16914839: '9P, as /mnt/c of WSL',
  26985: 'NFS',
  4266872130: 'SMB',
  4283649346: 'CIFS',
};

const needs = {
  TEMPER_HOME: ['links', 'modes', 'locks'],
  TEMPER_CACHE: ['links', 'programs'],
} as const satisfies Record<FolderProblem['variable'], readonly FileSystemFeature[]>;

/** Tries what temper needs of the file systems of its home and cache. Leaves nothing behind. */
export async function folderProblems(home: Home): Promise<FolderProblem[]> {
  const found = await Promise.all([check('TEMPER_HOME', home.root), check('TEMPER_CACHE', cacheDir())]);
  return found.flatMap((problem) => problem ?? []);
}

/** Throws FOLDER_UNSUITABLE with the first problem. */
export async function requireFolders(home: Home): Promise<void> {
  const [problem] = await folderProblems(home);
  if (!problem) return;
  const { message, remedy } = folderProblemWords(problem);
  throw new TemperError('FOLDER_UNSUITABLE', message, { remedy });
}

async function check(variable: FolderProblem['variable'], path: string): Promise<FolderProblem | undefined> {
  let folder: string;
  try {
    await mkdir(path, { recursive: true });
    // Two checks may run at once, also in one process.
    folder = await mkdtemp(join(path, '.probe-'));
  } catch (error) {
    // A cache that is complete may be read-only; that of a home is told by the first file that is written.
    if (variable === 'TEMPER_CACHE') return undefined;
    throw error;
  }
  try {
    const lacks: FileSystemFeature[] = [];
    for (const feature of needs[variable]) if (!(await has[feature](folder))) lacks.push(feature);
    if (lacks.length === 0) return undefined;
    const type = types[(await statfs(folder)).type];
    return { variable, path, lacks, ...(type ? { type } : {}) };
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

const has: Readonly<Record<FileSystemFeature, (folder: string) => Promise<boolean>>> = {
  links: async (folder) => await works(symlink('nowhere', join(folder, 'link'))),
  modes: async (folder) => {
    const file = join(folder, 'mode');
    await writeFile(file, '', { mode: 0o600 });
    await chmod(file, 0o600).catch(() => {});
    return ((await stat(file)).mode & 0o077) === 0;
  },
  // Node.js has no call for it. Without a Python there is no trainer that would need a lock.
  locks: async (folder) => {
    const python = await findPython(process.env);
    const code = 'import fcntl,sys; fcntl.flock(open(sys.argv[1], "w"), fcntl.LOCK_EX | fcntl.LOCK_NB)';
    return !python || (await run(python.path, ['-c', code, join(folder, 'lock')]));
  },
  programs: async (folder) => {
    const file = join(folder, 'program');
    await writeFile(file, '#!/bin/sh\n', { mode: 0o700 });
    return await run(file, []);
  },
};

const works = async (action: Promise<void>) =>
  await action.then(
    () => true,
    () => false,
  );

/** `ETXTBSY`: a child that was forked meanwhile still holds the file open for writing; the system would start it a moment later. */
async function run(program: string, args: readonly string[]): Promise<boolean> {
  try {
    await promisify(execFile)(program, [...args]);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'ETXTBSY';
  }
}
