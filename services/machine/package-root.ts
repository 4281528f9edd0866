import { existsSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

function findPackageRoot(): string {
  let folder = dirname(fileURLToPath(import.meta.url));
  while (!existsSync(join(folder, 'package.json'))) folder = dirname(folder);
  return folder;
}

/** Folder of temper's package.json, found from a source as well as from dist/. */
export const packageRoot = findPackageRoot();

/** Absolute path of a file that comes with temper, such as `trainer/requirements.txt`. */
export const packageFile = (path: string): string => join(packageRoot, path);

/** The version of temper. */
export const packageVersion = (): string =>
  (JSON.parse(readFileSync(packageFile('package.json'), 'utf8')) as { version: string }).version;
