import { existsSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { withBuildLock } from './build-lock.ts';
import { execute, mustExecute, which } from './execute.ts';
import type { Report } from './report.ts';
import { atLeast, pins } from './versions.ts';

/** The first Python on PATH that is new enough. */
export async function findPython(): Promise<{ path: string; version: string } | undefined> {
  for (const name of ['python3', 'python3.13', 'python3.12', 'python3.11', 'python3.10', 'python']) {
    const path = which(name);
    if (!path) continue;
    const { stdout } = await execute(path, ['-c', 'import platform; print(platform.python_version())'], { timeoutMs: 20_000 });
    const version = stdout.trim();
    if (version && atLeast(version, pins.python.minimum)) return { path, version };
  }
  return undefined;
}

export interface ToolsPython {
  python: string;
  uv: string;
}

/** A small private environment with pip and uv, from which everything else is set up. */
export async function ensureToolsPython(cache: string, report: Report): Promise<ToolsPython> {
  const folder = join(cache, 'tools', `uv-${pins.uv.version}`);
  const tools = { python: join(folder, 'bin', 'python'), uv: join(folder, 'bin', 'uv') };
  const stamp = join(folder, '.complete');
  if (existsSync(stamp) && existsSync(tools.python)) return tools;
  return await withBuildLock(folder, () => report('another process sets up uv; waiting for it'), async () => {
    if (existsSync(stamp) && existsSync(tools.python)) return tools;
    const python = await findPython();
    if (!python) throw new Error(`there is no Python ${pins.python.minimum} or newer on PATH`);
    rmSync(folder, { recursive: true, force: true });
    await mustExecute('making a Python environment', python.path, ['-m', 'venv', folder]);
    // setuptools and cffi let pip read the metadata of source distributions that are fetched for one header or one tree.
    await mustExecute('installing uv', tools.python, ['-m', 'pip', 'install', '--quiet', '--disable-pip-version-check', `uv==${pins.uv.version}`, 'setuptools', 'wheel', 'cffi']);
    writeFileSync(stamp, '');
    return tools;
  });
}

/** Fetches the source distribution of a package and unpacks it; returns the folder. */
export async function fetchSource(tools: ToolsPython, name: string, version: string, into: string, options: readonly string[] = []): Promise<string> {
  const args = ['-m', 'pip', 'download', '--quiet', '--disable-pip-version-check', '--no-deps', '--no-binary', ':all:', ...options, '-d', into, `${name}==${version}`];
  await mustExecute(`fetching the source of ${name}`, tools.python, args);
  const archive = join(into, `${name.replaceAll('-', '_')}-${version}.tar.gz`);
  await mustExecute(`unpacking ${name}`, 'tar', ['-xzf', archive, '-C', into]);
  rmSync(archive);
  return archive.replace(/\.tar\.gz$/, '');
}
