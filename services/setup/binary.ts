import { existsSync, mkdirSync, renameSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { withBuildLock } from './build-lock.ts';
import { download, reachable } from './download.ts';
import { execute, mustExecute, which } from './execute.ts';
import { type Report, type Tool, timed } from './report.ts';
import { type Asset, atLeast } from './versions.ts';

/** A vendor's program and every way to come by it. */
export interface Binary {
  name: string;
  version: string;
  minimum: string;
  /** The vendor's archive for this platform, if its hash is pinned. */
  asset: Asset | undefined;
  /** Folder in the cache; the program is `bin/<name>` in it. */
  folder: string;
  /** Variable that names the program. */
  variable: string;
  /** Reads the version out of `<name> --version`. */
  pattern: RegExp;
  /** Builds with Go into a folder; undefined where Go cannot do it here. */
  build: ((into: string, report: Report) => Promise<void>) | undefined;
}

/** Named by a variable → in the cache → on PATH → the vendor's download → built with Go. */
export async function ensureBinary(binary: Binary, report: Report, env: NodeJS.ProcessEnv = process.env): Promise<Tool> {
  const named = env[binary.variable];
  if (named) {
    const version = await versionOf(binary, named);
    if (!version) throw new Error(`${binary.variable} names ${named}, which does not answer --version`);
    return { path: named, version, way: 'named' };
  }
  const cached = join(binary.folder, 'bin', binary.name);
  if (existsSync(cached)) return { path: cached, version: binary.version, way: 'cached' };
  const onPath = which(binary.name, env.PATH);
  if (onPath) {
    const version = await versionOf(binary, onPath);
    if (version && atLeast(version, binary.minimum)) return { path: onPath, version, way: 'path' };
    report(`${onPath} is version ${version ?? 'unknown'}; temper needs ${binary.minimum} or newer and gets its own`);
  }
  return await withBuildLock(
    binary.folder,
    () => report(`another process sets up ${binary.name}; waiting for it`),
    async () => {
      if (existsSync(cached)) return { path: cached, version: binary.version, way: 'cached' };
      const aside = `${binary.folder}.${process.pid}`;
      rmSync(aside, { recursive: true, force: true });
      mkdirSync(join(aside, 'bin'), { recursive: true });
      try {
        const way = await obtain(binary, aside, report);
        const found = await versionOf(binary, join(aside, 'bin', binary.name));
        if (found !== binary.version) throw new Error(`${binary.name} answers with version ${found ?? 'none'} instead of ${binary.version}`);
        rmSync(binary.folder, { recursive: true, force: true });
        renameSync(aside, binary.folder);
        return { path: cached, version: binary.version, way };
      } finally {
        rmSync(aside, { recursive: true, force: true });
      }
    },
  );
}

async function obtain(binary: Binary, aside: string, report: Report): Promise<'downloaded' | 'built'> {
  const { asset } = binary;
  if (asset && (await reachable(asset.url))) {
    const archive = join(aside, 'archive');
    await timed(report, `downloading ${binary.name} ${binary.version}`, () => download(asset, archive));
    await unpack(binary, asset, archive, aside);
    return 'downloaded';
  }
  report(asset ? `${new URL(asset.url).host} cannot be reached from here, so ${binary.name} ${binary.version} is built from source` : `there is no pinned download of ${binary.name} for this platform; it is built from source`);
  if (!binary.build) throw new Error(`${binary.name} can neither be downloaded nor built here`);
  await timed(report, `building ${binary.name} ${binary.version} with Go (minutes, once)`, () => binary.build!(aside, report));
  return 'built';
}

async function unpack(binary: Binary, asset: Asset, archive: string, aside: string): Promise<void> {
  const how = asset.url.endsWith('.zst') ? ['--zstd', '-xf'] : ['-xzf'];
  await mustExecute(`unpacking ${binary.name}`, 'tar', [...how, archive, '-C', aside]);
  rmSync(archive);
  const top = join(aside, binary.name);
  if (existsSync(top)) renameSync(top, join(aside, 'bin', binary.name));
}

export async function versionOf(binary: Pick<Binary, 'pattern'>, path: string): Promise<string | undefined> {
  // `ollama --version` looks for a server and warns when none answers; the version stands in either output.
  const { stdout, stderr } = await execute(path, ['--version'], { timeoutMs: 20_000, env: { OLLAMA_HOST: '127.0.0.1:9' } });
  return binary.pattern.exec(`${stdout}\n${stderr}`)?.[1];
}
