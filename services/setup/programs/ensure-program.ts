import { mkdir, rename, rm } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { TemperError } from '../../../core/errors/temper-error.ts';
import type { Say } from '../../machine/report.ts';
import { buildLog, type Found, type Setup } from '../context.ts';
import { download } from '../fetch/download.ts';
import { unpack } from '../fetch/unpack.ts';
import { namedBy } from '../prerequisites.ts';
import type { VendorPin } from '../versions.ts';
import { buildAside } from './build-aside.ts';
import {
  assetFor,
  canUnpack,
  isAtLeast,
  isProgram,
  isUnnumbered,
  programFolder,
  programOnPath,
  programPath,
  programVersion,
} from './find-program.ts';
import { buildWithGo } from './go.ts';

export interface ProgramSource {
  part: 'temporal' | 'ollama';
  title: string;
  pin: VendorPin;
  /** Environment for the Go build: headers that the module lacks. */
  goEnvironment?: (setup: Setup, say: Say) => Promise<Record<string, string>>;
}

/**
 * Finds a vendor's program, or makes it: named by the environment, made earlier, on PATH, the vendor's own archive,
 * built from the vendor's source by Go. Each way that is tried and fails is told in one line.
 */
export async function ensureProgram(setup: Setup, source: ProgramSource, say: Say): Promise<Found> {
  const { part, title, pin } = source;
  const named = setup.env[namedBy[part]];
  if (named) return await takeNamed(source, named, setup);
  const folder = programFolder(setup.cache, part, pin);
  const path = programPath(setup.cache, part, pin);
  if (isProgram(path)) return { path, version: pin.version, way: 'cached' };
  const onPath = await programOnPath(part, pin, setup.env);
  if (onPath.path) return { path: onPath.path, version: onPath.version!, way: 'path' };
  if (onPath.tooOld) {
    setup.reporter.report(
      `${title} ${onPath.tooOld.version} on PATH is older than ${pin.minimum} and is passed over (${onPath.tooOld.path})`,
    );
  }
  let way: 'downloaded' | 'built' = 'downloaded';
  const made = await buildAside({
    folder,
    isReady: () => isProgram(path),
    waiting: () => say('another process makes it, waiting for that'),
    signal: setup.signal,
    make: async (aside) => {
      const asset = assetFor(pin);
      const whyNot = asset
        ? await fetchArchive(setup, { ...asset, source }, aside, say)
        : `there is no archive for ${process.platform}-${process.arch}`;
      if (whyNot !== undefined) {
        setup.reporter.report(
          `${title} is not downloaded: ${whyNot}. It is built from its source instead, about ${pin.build_minutes} minutes, once.`,
        );
        way = 'built';
        await makeFromSource(setup, source, { aside, whyNot, say });
      }
      const version = await programVersion(join(aside, 'bin', part), setup.env);
      if (version === undefined) throw new Error(`the ${title} that was ${way} does not start on this machine`);
    },
  });
  return { path, version: pin.version, way: made === 'made' ? way : 'cached' };
}

async function takeNamed({ part, title, pin }: ProgramSource, path: string, setup: Setup): Promise<Found> {
  const version = isProgram(path) ? await programVersion(path, setup.env) : undefined;
  const variable = namedBy[part];
  if (version === undefined)
    throw new TemperError('TOOL_MISSING', `${variable} names ${path}, which is no program that answers --version`, {
      remedy: `Correct ${variable} or unset it.`,
    });
  if (!isUnnumbered(version) && !isAtLeast(version, pin.minimum)) {
    throw new TemperError(
      'TOOL_MISSING',
      `${variable} names ${title} ${version}, and temper needs ${pin.minimum} or newer`,
      { remedy: `Name a newer one or unset ${variable}.` },
    );
  }
  return { path, version, way: 'named' };
}

/** Undefined when the archive is unpacked and whole, else why it is not. */
async function fetchArchive(
  setup: Setup,
  { url, sha256, source }: { url: string; sha256: string; source: ProgramSource },
  aside: string,
  say: Say,
): Promise<string | undefined> {
  const file = join(aside, basename(new URL(url).pathname));
  try {
    if (!canUnpack(url, setup.env)) return 'zstd is not installed';
    say('asking its vendor for it');
    await download({
      url,
      sha256,
      to: file,
      env: setup.env,
      signal: setup.signal,
      onBytes: (got, total) =>
        say('downloading', `${Math.round(got / 1e6)} of ${Math.round((total ?? source.pin.megabytes * 1e6) / 1e6)} MB`),
    });
    say('unpacking it');
    await unpack(file, aside);
    // Temporal's archive, and Ollama's for macOS, have the program at their top.
    const top = join(aside, source.part);
    if (isProgram(top)) {
      await mkdir(join(aside, 'bin'), { recursive: true });
      await rename(top, join(aside, 'bin', source.part));
    }
    return undefined;
  } catch (error) {
    setup.signal?.throwIfAborted();
    return (error as Error).message.replace(/\.$/, '');
  } finally {
    await rm(file, { force: true });
  }
}

async function makeFromSource(
  setup: Setup,
  source: ProgramSource,
  how: { aside: string; whyNot: string; say: Say },
): Promise<void> {
  const { pin, part, title } = source;
  const log = buildLog(setup, part);
  const bin = join(how.aside, 'bin');
  await mkdir(bin, { recursive: true });
  try {
    const more = (await source.goEnvironment?.(setup, how.say)) ?? {};
    how.say('building it from its source', `(about ${pin.build_minutes} minutes)`);
    await buildWithGo(setup, {
      pin,
      bin,
      log,
      env: more,
      onLine: (line) => how.say('building it from its source', `(${line.slice(0, 60)})`),
    });
  } catch (error) {
    setup.signal?.throwIfAborted();
    throw new TemperError(
      'TOOL_MISSING',
      `${title} could be had neither from its vendor (${how.whyNot}) nor by a build.\n${(error as Error).message}`,
      {
        remedy: `Install ${title} ${pin.minimum} or newer so that it is on PATH, or name it with ${namedBy[part]}.`,
        cause: error,
      },
    );
  }
}
