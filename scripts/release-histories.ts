// Run as: npm run histories:release
// Freezes `test/histories/unreleased/` as the histories of the version in package.json. Run it before the release is tagged.
import { createHash } from 'node:crypto';
import { existsSync, readdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** Version → digest of its folder. */
export type Releases = Readonly<Record<string, string>>;

export const historiesFolder = fileURLToPath(new URL('../test/histories', import.meta.url));

/** Digest of files by name, in any order: `sha256:…` over each name with the SHA-256 of its bytes. */
export function digestOfFiles(files: ReadonlyMap<string, Buffer>): string {
  const sha256 = (content: string | Buffer) => createHash('sha256').update(content).digest('hex');
  const lines = [...files].map(([name, bytes]) => `${sha256(bytes)}  ${name}\n`);
  return `sha256:${sha256(lines.sort().join(''))}`;
}

/** Every file of one release's folder, by name. */
export function recordedFiles(folder: string): Map<string, Buffer> {
  return new Map(readdirSync(folder).map((name) => [name, readFileSync(join(folder, name))]));
}

export function readReleases(histories: string): Releases {
  return JSON.parse(readFileSync(join(histories, 'releases.json'), 'utf8')) as Releases;
}

/** Folders that differ from the list of releases, one sentence each. */
export function changedReleases(histories: string): string[] {
  const releases = readReleases(histories);
  const folders = readdirSync(histories, { withFileTypes: true }).filter((entry) => entry.isDirectory());
  const versions = folders.map(({ name }) => name).filter((name) => name !== 'unreleased');
  const unlisted = versions.filter((version) => !(version in releases));
  const changed = Object.entries(releases).flatMap(([version, digest]) => {
    if (!versions.includes(version)) return [`${version} is listed in releases.json and has no folder`];
    return digestOfFiles(recordedFiles(join(histories, version))) === digest ? [] : [`${version} has changed`];
  });
  return [...unlisted.map((version) => `${version} is not listed in releases.json`), ...changed];
}

/** Makes the unreleased histories those of `version`. Throws where that would change a release or freeze nothing. */
export function freeze(histories: string, version: string): void {
  const [unreleased, released] = [join(histories, 'unreleased'), join(histories, version)];
  if (!/^\d+\.\d+\.\d+$/.test(version) || version.startsWith('0.0.'))
    throw new Error(`histories are frozen from version 0.1.0 on, and package.json has ${version}`);
  if (existsSync(released)) throw new Error(`the histories of ${version} are frozen already`);
  if (!existsSync(unreleased) || readdirSync(unreleased).length === 0)
    throw new Error('nothing is recorded in test/histories/unreleased; run `npm run histories:record` first');
  const digest = digestOfFiles(recordedFiles(unreleased));
  const releases = { ...readReleases(histories), [version]: digest };
  renameSync(unreleased, released);
  writeFileSync(join(histories, 'releases.json'), `${JSON.stringify(releases, null, 2)}\n`);
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const { version } = JSON.parse(readFileSync(new URL('../package.json', import.meta.url), 'utf8')) as {
    version: string;
  };
  try {
    freeze(historiesFolder, version);
    process.stdout.write(`test/histories/${version}: frozen; commit it and tag the commit v${version}\n`);
  } catch (error) {
    process.stderr.write(`${(error as Error).message}\n`);
    process.exitCode = 1;
  }
}
