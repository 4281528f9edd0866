import { execFile } from 'node:child_process';
import { accessSync, constants, readFileSync, statSync } from 'node:fs';
import { homedir } from 'node:os';
import { delimiter, isAbsolute, join, resolve } from 'node:path';

/** What `versions.ts` tells TypeScript. Plain JavaScript here, because the bootstrap runs before any module is installed. */
export const pins = JSON.parse(readFileSync(new URL('./pins.json', import.meta.url), 'utf8'));

/** The same folder as `cacheDir` of `services/machine/home.ts`, which plain JavaScript cannot import. */
export const cacheFolder = (env = process.env) =>
  resolve(env.TEMPER_CACHE || join(env.XDG_CACHE_HOME || join(homedir(), '.cache'), 'temper'));

/** Folder of one version of one program in the cache; it is there only when the program in it has answered. */
export const programFolder = (cache, name, pin) => join(cache, name, pin.version);

export const programPath = (cache, name, pin) => join(programFolder(cache, name, pin), 'bin', name);

/** The vendor's archive for this platform, where its digest is known. */
export function assetFor(pin, platform = `${process.platform}-${process.arch}`) {
  const known = pin.downloads[platform];
  return known && { url: pin.release + known[0], sha256: known[1] };
}

export function isProgram(path) {
  try {
    accessSync(path, constants.X_OK);
    return statSync(path).isFile();
  } catch {
    return false;
  }
}

export function which(name, env = process.env) {
  if (isAbsolute(name)) return isProgram(name) ? name : undefined;
  for (const folder of (env.PATH ?? '').split(delimiter)) {
    if (isAbsolute(folder) && isProgram(join(folder, name))) return join(folder, name);
  }
  return undefined;
}

/** What a program prints on both streams, or undefined when it does not start, hangs or fails. */
export function output(path, args, env = process.env) {
  return new Promise((done) => {
    execFile(path, args, { env, timeout: 15_000, killSignal: 'SIGKILL', maxBuffer: 1 << 20 }, (error, stdout, stderr) =>
      done(error ? undefined : `${stdout}\n${stderr}`),
    );
  });
}

export const versionIn = (text) => /(\d+\.\d+(?:\.\d+)?)/.exec(text ?? '')?.[1];

export function isAtLeast(version, minimum) {
  const [have, need] = [version, minimum].map((text) => text.split('.').map(Number));
  for (let i = 0; i < 3; i++) {
    if ((have[i] ?? 0) !== (need[i] ?? 0)) return (have[i] ?? 0) > (need[i] ?? 0);
  }
  return true;
}

/** Built without its release's flags a program calls itself 0.0.0: then nothing can be said of its age. */
export const isUnnumbered = (version) => version === '0.0.0';

/** The version a program tells: `temporal version 1.5.1 (Server …)`, `ollama version is 0.24.0`, `client version is 0.24.0`. */
export async function programVersion(path, env = process.env) {
  // With no server at this address Ollama tells its own version instead of a server's, and does not wait for one.
  const text = await output(path, ['--version'], { ...env, OLLAMA_HOST: '127.0.0.1:9' });
  return versionIn(/version(?: is)? v?(\d\S*)/.exec(text ?? '')?.[1] ?? text);
}

/** A program from PATH that is new enough, and one that was passed over for its age. */
export async function programOnPath(name, pin, env = process.env) {
  const path = which(name, env);
  const version = path && (await programVersion(path, env));
  if (!version) return {};
  return isUnnumbered(version) || isAtLeast(version, pin.minimum) ? { path, version } : { tooOld: { path, version } };
}

/** A Python that is new enough. */
export async function findPython(env = process.env) {
  const names = ['python3', 'python3.13', 'python3.12', 'python3.11', 'python3.10', 'python3.14', 'python'];
  for (const name of names) {
    const path = which(name, env);
    const version =
      path && versionIn(await output(path, ['-c', 'import platform; print(platform.python_version())'], env));
    if (version && isAtLeast(version, pins.python.minimum)) return { path, version };
  }
  return undefined;
}

export async function findUv(env = process.env) {
  const found = await programOnPath('uv', pins.uv, env);
  return found.path ? { path: found.path, version: found.version } : undefined;
}

/** Node reads zstd by itself from 22.15 on; before that the archive needs the program. */
export const canUnpack = async (url, env = process.env) =>
  !url.endsWith('.zst') ||
  which('zstd', env) !== undefined ||
  typeof (await import('node:zlib')).createZstdDecompress === 'function';
