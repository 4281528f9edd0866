// Run as: npm run compatibility -- [--ollama VERSION]… [--family NAME]…
// Takes a small model of each family through training, conversion, import and an answer on each Ollama in the cache, and
// writes docs/compatibility.md. Takes minutes for each Ollama; with options, only these rows are made anew.
import { execFile } from 'node:child_process';
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { parseArgs, promisify } from 'node:util';
import earlier from '../../scripts/test/ollama-pins.json' with { type: 'json' };
import { cacheDir } from '../../services/machine/home.ts';
import { ensureConverter, ensureLlamaCpp } from '../../services/setup/llama-cpp/ensure.ts';
import { isProgram, programPath } from '../../services/setup/programs/find-program.ts';
import { pins, type VendorPin } from '../../services/setup/versions.ts';
import { makeDeps } from '../../test/rig/deps.ts';
import { startOllama, type TestOllama } from '../../test/rig/servers/ollama-server.ts';
import { proveCell } from './prove-cell.ts';
import { type Cell, readProved, types, writeProved } from './proved.ts';
import { refuseBase } from './refuse-base.ts';
import { publishRows, type Trained, trainFamily } from './train-family.ts';

const { values: only } = parseArgs({
  options: { ollama: { type: 'string', multiple: true }, family: { type: 'string', multiple: true } },
});
process.env.OMP_NUM_THREADS = '1';
const cache = cacheDir();
const known = [pins.ollama, ...(Object.values(earlier) as unknown as VendorPin[])].filter(
  (pin) => (only.ollama ?? [pin.version]).includes(pin.version) && isProgram(programPath(cache, 'ollama', pin)),
);
const deps = await makeDeps({
  llamaCpp: (report) => ensureLlamaCpp(cache, report),
  converter: (report) => ensureConverter(cache, report),
});
// Whatever serves, temper's own Ollama converts.
const own = await startOf(pins.ollama);
try {
  const folder = join(deps.root, 'bases');
  const { stdout } = await promisify(execFile)(deps.python, ['lab/compatibility/make_bases.py', folder]);
  const made = JSON.parse(stdout.trim().split('\n').at(-1)!) as { families: Record<string, string>; refused: string[] };
  await writeProved({ ...readProved(), families: made.families });
  const families = Object.keys(made.families).filter((name) => (only.family ?? [name]).includes(name));
  const dataset = await publishRows(deps, join(deps.root, 'rows'));
  const trained = new Map<string, Trained>();
  for (const family of families) {
    trained.set(family, await trainFamily(deps, join(folder, family), dataset));
    say(`${family} is trained and merged`);
  }
  for (const pin of known) {
    const serving = pin === pins.ollama ? own : await startOf(pin);
    const there = {
      ...deps,
      ollama: { serving: serving.url, own: own.url, ownModels: own.models },
      servingVersion: async () => pin.version,
    };
    try {
      for (const [family, base] of trained)
        for (const type of types)
          await keep(await proveCell(there, { family, type, trained: base, ollama: pin.version }));
      if (pin === pins.ollama && !only.family) {
        const refusals = [];
        for (const base of made.refused) refusals.push(await refuseBase(there, base, join(folder, base)));
        await writeProved({ ...readProved(), refusals });
      }
    } finally {
      if (serving !== own) await serving.stop();
    }
  }
} finally {
  await own.stop();
  await rm(deps.root, { recursive: true, force: true });
}

async function startOf(pin: VendorPin): Promise<TestOllama> {
  process.env.OLLAMA_PATH = programPath(cache, 'ollama', pin);
  return await startOllama();
}

/** Each is written at once: the whole takes long. */
async function keep(cell: Cell): Promise<void> {
  const { ollama, family, type, failed, engine, template, seconds } = cell;
  const what = failed ? `${failed.step}: ${failed.code} ${failed.why}` : `${engine}, ${template} template`;
  say(`${ollama} ${family} ${type}: ${what} (${seconds} s)`);
  const before = readProved();
  const others = before.cells.filter((each) => each.ollama !== ollama || each.family !== family || each.type !== type);
  await writeProved({ ...before, cells: [...others, cell] });
}

function say(line: string): void {
  process.stderr.write(`${line}\n`);
}
