import { readdirSync, readFileSync, rmSync, statSync, utimesSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { cacheFolder } from '../services/setup/programs.mjs';
import { CompiledScripts } from './compiled-script.mjs';
import { sourcesDigest } from './sources.mjs';

const root = fileURLToPath(new URL('..', import.meta.url));
const sources = { cli: 'cli/main.ts', supervise: 'services/stack/supervisor.ts', worker: 'workers/main.ts' };
/** Programs that are bundled together, by the name of their bundle. */
const bundles = { cli: ['cli', 'supervise'], worker: ['worker'] };

/** Bundles of other states of the sources that are kept: another checkout may use the same cache. */
const kept = 6;
const hour = 3_600_000;

/**
 * Loads `cli`, `supervise` or `worker`: as a bundle that is made once for each state of the sources and starts several
 * times as fast; from the sources, through tsx, where none can be made or read. `keep` is called when a command is done.
 */
export async function loadProgram(name, { command } = {}) {
  try {
    const folder = await readyBundle(Object.keys(bundles).find((bundle) => bundles[bundle].includes(name)));
    // Loaded by Node itself a script has its map, by which errors tell the place in the source.
    if (command === undefined) return { ...createRequire(import.meta.url)(join(folder, `${name}.js`)), keep: () => {} };
    const scripts = new CompiledScripts(folder, command);
    return { ...scripts.load(`${name}.js`), keep: () => scripts.keep() };
  } catch (error) {
    if (process.env.TEMPER_DEBUG) process.stderr.write(`temper runs from its sources: ${error.stack}\n`);
    const { register } = await import('tsx/esm/api');
    register();
    return { ...(await import(new URL(`../${sources[name]}`, import.meta.url).href)), keep: () => {} };
  }
}

async function readyBundle(bundle) {
  const programs = join(cacheFolder(), 'programs');
  const digest = sourcesDigest(root);
  const folder = join(programs, `${bundle}-${digest}`);
  if (isWhole(folder)) return folder;
  const { makeBundle } = await import('./make-bundle.mjs');
  const entries = Object.fromEntries(bundles[bundle].map((name) => [name, sources[name]]));
  await makeBundle({ root, entries, outside: bundle === 'worker', folder, isWhole });
  // The sources may have changed while they were read; such a bundle is found by nobody, and not run either.
  if (sourcesDigest(root) !== digest) return await readyBundle(bundle);
  prune(programs, bundle);
  return folder;
}

/** A folder gets its name when it is complete; a power cut may still have emptied a file in it. */
function isWhole(folder) {
  try {
    const { sizes } = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8'));
    const whole = Object.entries(sizes).every(([name, size]) => statSync(join(folder, name)).size === size);
    if (whole && Date.now() - statSync(folder).mtimeMs > hour) utimesSync(folder, new Date(), new Date());
    return whole;
  } catch {
    return false;
  }
}

function prune(programs, bundle) {
  const when = (folder) => statSync(join(programs, folder), { throwIfNoEntry: false })?.mtimeMs ?? 0;
  const old = readdirSync(programs)
    .filter((folder) => folder.startsWith(`${bundle}-`))
    .map((folder) => [when(folder), folder])
    .sort(([a], [b]) => b - a)
    .slice(kept);
  for (const [at, folder] of old)
    if (Date.now() - at > hour) rmSync(join(programs, folder), { recursive: true, force: true });
}
