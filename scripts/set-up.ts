// Run as: node --import tsx scripts/set-up.ts
// Sets up everything the tests stand on, and prints the environment that names it as one line of JSON.
import { bytecodeDir, cacheDir } from '../services/machine/home.ts';
import { terminalReporter } from '../services/machine/report.ts';
import { ensureLlamaCpp } from '../services/setup/llama-cpp.ts';
import { ensureOllama } from '../services/setup/ollama.ts';
import { ensurePython } from '../services/setup/python.ts';
import { ensureTemporal } from '../services/setup/temporal.ts';

const cache = cacheDir();
const { report, progress } = terminalReporter();
const python = await ensurePython(cache, report, { progress });
const temporal = await ensureTemporal(cache, report, { progress });
const ollama = await ensureOllama(cache, report, { progress });
await ensureLlamaCpp(cache, report, { progress });
const found = {
  TEMPER_PYTHON: python.path,
  TEMPORAL_CLI_PATH: temporal.path,
  OLLAMA_PATH: ollama.path,
  PYTHONPYCACHEPREFIX: bytecodeDir(),
};
process.stdout.write(`${JSON.stringify(found)}\n`);
