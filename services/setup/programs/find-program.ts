import { execFile } from 'node:child_process';
import { accessSync, constants, statSync } from 'node:fs';
import { delimiter, isAbsolute, join } from 'node:path';
import * as zlib from 'node:zlib';
import { toolEnvironment } from '../../settings/child-environment.ts';
import { pins, type VendorPin } from '../versions.ts';
import { instructionSet } from './instruction-set.ts';

type Environment = Readonly<Record<string, string | undefined>>;

export interface Program {
  path: string;
  version: string;
}

type Version = Pick<VendorPin, 'version' | 'runs_llama_cpp'>;

/** Folder of one version of one program in the cache; it is there only when the program in it has answered. */
export const programFolder = (cache: string, name: string, pin: Version): string =>
  join(cache, name, pin.runs_llama_cpp ? `${pin.version}-${instructionSet().name}` : pin.version);

export const programPath = (cache: string, name: string, pin: Version): string =>
  join(programFolder(cache, name, pin), 'bin', name);

/** The vendor's archive for this platform, where its digest is known. */
export function assetFor(
  pin: Pick<VendorPin, 'release' | 'downloads'>,
  platform = `${process.platform}-${process.arch}`,
): { url: string; sha256: string } | undefined {
  const known = pin.downloads[platform];
  return known && { url: pin.release + known[0], sha256: known[1] };
}

export function isProgram(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return statSync(path).isFile();
  } catch {
    return false;
  }
}

export function which(name: string, env: Environment = process.env): string | undefined {
  if (isAbsolute(name)) return isProgram(name) ? name : undefined;
  for (const folder of (env.PATH ?? '').split(delimiter)) {
    if (isAbsolute(folder) && isProgram(join(folder, name))) return join(folder, name);
  }
  return undefined;
}

/** What a program prints on both streams, or undefined when it does not start, hangs or fails. */
export function output(
  path: string,
  args: readonly string[],
  env: Environment = toolEnvironment(process.env),
): Promise<string | undefined> {
  return new Promise((done) => {
    execFile(
      path,
      args,
      { env: { ...env }, timeout: 15_000, killSignal: 'SIGKILL', maxBuffer: 1 << 20 },
      (error, stdout, stderr) => done(error ? undefined : `${stdout}\n${stderr}`),
    );
  });
}

export const versionIn = (text: string | undefined): string | undefined => /(\d+\.\d+(?:\.\d+)?)/.exec(text ?? '')?.[1];

export function isAtLeast(version: string, minimum: string): boolean {
  const [have, need] = [version, minimum].map((text) => text.split('.').map(Number)) as [number[], number[]];
  for (let i = 0; i < 3; i++) {
    if ((have[i] ?? 0) !== (need[i] ?? 0)) return (have[i] ?? 0) > (need[i] ?? 0);
  }
  return true;
}

/** Built without its release's flags a program calls itself 0.0.0: then nothing can be said of its age. */
export const isUnnumbered = (version: string): boolean => version === '0.0.0';

/** The version a program tells: `temporal version 1.5.1 (Server …)`, `ollama version is 0.24.0`, `client version is 0.24.0`. */
export async function programVersion(
  path: string,
  env: Environment = toolEnvironment(process.env),
): Promise<string | undefined> {
  // With no server at this address Ollama tells its own version instead of a server's, and does not wait for one.
  const text = await output(path, ['--version'], { ...env, OLLAMA_HOST: '127.0.0.1:9' });
  return versionIn(/version(?: is)? v?(\d\S*)/.exec(text ?? '')?.[1] ?? text);
}

/** A program from PATH that is new enough, and one that was passed over for its age. */
export async function programOnPath(
  name: string,
  pin: Pick<VendorPin, 'minimum'>,
  env: Environment = toolEnvironment(process.env),
): Promise<Partial<Program> & { tooOld?: Program }> {
  const path = which(name, env);
  const version = path && (await programVersion(path, env));
  if (!version) return {};
  return isUnnumbered(version) || isAtLeast(version, pin.minimum) ? { path, version } : { tooOld: { path, version } };
}

/** A Python that is new enough. */
export async function findPython(env: Environment = toolEnvironment(process.env)): Promise<Program | undefined> {
  const names = ['python3', 'python3.13', 'python3.12', 'python3.11', 'python3.10', 'python3.14', 'python'];
  for (const name of names) {
    const path = which(name, env);
    const version =
      path && versionIn(await output(path, ['-c', 'import platform; print(platform.python_version())'], env));
    if (version && isAtLeast(version, pins.python.minimum)) return { path, version };
  }
  return undefined;
}

export async function findUv(env: Environment = toolEnvironment(process.env)): Promise<Program | undefined> {
  const { path, version } = await programOnPath('uv', pins.uv, env);
  return path && version ? { path, version } : undefined;
}

/** Node's own reader of zstd, which it has from 22.15 on and which the types of Node 20 lack. */
export const zstdReader = (zlib as unknown as { createZstdDecompress?: () => NodeJS.ReadWriteStream })
  .createZstdDecompress;

export const canUnpack = (url: string, env: Environment = process.env): boolean =>
  !url.endsWith('.zst') || zstdReader !== undefined || which('zstd', env) !== undefined;
