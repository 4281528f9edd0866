// Run as: node --import tsx scripts/set-up.ts
// Sets up everything the tests stand on, and prints the environment that names it as one line of JSON.
import { cacheDir } from '../services/home.ts';
import { ensureToolchain } from '../services/setup/index.ts';
import { ensureLlamaCpp } from '../services/setup/llama-cpp.ts';

const report = (line: string) => process.stderr.write(`${line}\n`);
const { python, temporal, ollama } = await ensureToolchain(cacheDir(), report, { temporal: true });
await ensureLlamaCpp(cacheDir(), report);
process.stdout.write(`${JSON.stringify({ TEMPER_PYTHON: python.path, TEMPORAL_CLI_PATH: temporal!.path, OLLAMA_PATH: ollama.path })}\n`);
