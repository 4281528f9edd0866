// Run as: npm run compatibility
// Proves a shell of each family of models on each Ollama in the cache, and writes docs/compatibility.md. Takes minutes.
import { execFile } from 'node:child_process';
import { mkdir, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import type { WorkContext } from '../../activities/engine/deps.ts';
import { findRoute } from '../../activities/quantize/shell/find-route.ts';
import type { Route } from '../../activities/quantize/shell/route.ts';
import { firstLine, trialWords } from '../../activities/quantize/shell/trial-words.ts';
import earlier from '../../scripts/test/ollama-pins.json' with { type: 'json' };
import { cacheDir } from '../../services/machine/home.ts';
import { ensureConverter, ensureLlamaCpp } from '../../services/setup/llama-cpp/ensure.ts';
import { isProgram, programPath } from '../../services/setup/programs/find-program.ts';
import { pins, type VendorPin } from '../../services/setup/versions.ts';
import { makeDeps } from '../../test/rig/deps.ts';
import { startOllama } from '../../test/rig/servers/ollama-server.ts';
import { type Proved, renderCompatibility } from './page.ts';

const types = ['f16', 'q8_0', 'q4_K_M'];
const known = [pins.ollama, ...(Object.values(earlier) as unknown as VendorPin[])];
const cache = cacheDir();
const proved: Proved[] = [];
for (const pin of known) {
  const program = programPath(cache, 'ollama', pin);
  if (!isProgram(program)) continue;
  process.env.OLLAMA_PATH = program;
  proved.push(...(await proveOn(pin.version)));
  await writeFile('docs/compatibility.md', renderCompatibility(proved, types));
}

async function proveOn(version: string): Promise<Proved[]> {
  const ollama = await startOllama();
  const deps = await makeDeps({
    ollama: { serving: ollama.url, own: ollama.url, ownModels: ollama.models },
    servingVersion: async () => version,
    llamaCpp: (report) => ensureLlamaCpp(cache, report),
    converter: (report) => ensureConverter(cache, report),
  });
  const found: Proved[] = [];
  try {
    const bases = join(deps.root, 'bases');
    const { stdout } = await promisify(execFile)(deps.python, ['lab/compatibility/make_families.py', bases]);
    for (const family of JSON.parse(stdout.trim().split('\n').at(-1)!) as string[]) {
      for (const type of types) {
        const folder = join(deps.runs, `${family}-${type}`);
        await mkdir(folder, { recursive: true });
        const context: WorkContext = {
          deps,
          folder,
          logFile: join(folder, 'log.txt'),
          signal: new AbortController().signal,
          log: async () => {},
          progress: () => {},
        };
        const path = join(bases, family);
        const wanted = { base: path, type, engine: 'auto', isServed: true } as const;
        const began = Date.now();
        const shown = await findRoute(context, wanted, { identity: family, open: async () => path }).then(
          ({ route }) => outcome(route),
          (error: Error) => `failed: ${firstLine(error.message)}`,
        );
        const seconds = (Date.now() - began) / 1000;
        process.stderr.write(`${version} ${family} ${type}: ${shown} (${seconds.toFixed(0)} s)\n`);
        found.push({ version, family, type, outcome: shown });
      }
    }
  } finally {
    await ollama.stop();
    await rm(deps.root, { recursive: true, force: true });
  }
  return found;
}

function outcome({ verdict, engine, trials, problem }: Route): string {
  if (verdict === 'unknown') return `not known: ${problem}`;
  const last = trials.at(-1);
  if (verdict === 'refused') return `refused: ${last ? firstLine(trialWords(last)) : 'nothing could be tried'}`;
  const missing = last?.proofs.filter(({ possible }) => !possible).map(({ name }) => name) ?? [];
  return `${engine}${missing.length > 0 ? ` (not provable there: ${missing.join(', ')})` : ''}`;
}
