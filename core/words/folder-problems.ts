import type { FileSystemFeature, FolderProblem } from '../folder-problem.ts';

const features: Readonly<Record<FileSystemFeature, string>> = {
  links: 'symbolic links',
  modes: 'file modes, by which secrets are kept from other users',
  locks: 'file locks',
  programs: 'permission to run programs (it is mounted with `noexec`)',
};

/** One sentence about a folder that cannot serve, and what to do. */
export function folderProblemWords({ variable, path, type, lacks }: FolderProblem): {
  message: string;
  remedy: string;
} {
  const what = variable === 'TEMPER_HOME' ? 'the home' : 'the cache';
  const where = type === undefined ? 'a file system' : `a file system (${type})`;
  return {
    message: `${what} of temper, ${path}, lies on ${where} without ${lacks.map((lack) => features[lack]).join(' and ')}`,
    remedy: `Set ${variable} to a folder on a Linux or macOS disk, such as one below your own folder; data and models that pipelines name may stay where they are.`,
  };
}
