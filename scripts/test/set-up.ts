import { bytecodeDir, cacheDir } from '../../services/machine/home.ts';
import { terminalReporter } from '../../services/machine/report.ts';
import { setupContext } from '../../services/setup/context.ts';
import { ensureLlamaCpp } from '../../services/setup/llama-cpp/ensure.ts';
import { ensureSmallModel } from '../../services/setup/models/small-model.ts';
import { ensureOllama } from '../../services/setup/ollama.ts';
import { checkPrerequisites, describeMissing, type Part } from '../../services/setup/prerequisites.ts';
import { ensurePython } from '../../services/setup/python/environment.ts';
import { ensureTemporal } from '../../services/setup/temporal.ts';
import { ensureTestPackages } from './python-packages.ts';

/** Tests never touch a running server, and never this person's own home. */
const isolation = {
  TEMPER_OLLAMA: 'own',
  TEMPORAL_ADDRESS: '',
  TEMPORAL_PROFILE: '',
  OLLAMA_HOST: '',
  // A CI service that sets CI gets colours; tests read plain words.
  NO_COLOR: '1',
  // Two lanes run side by side: threads that outnumber the cores wait for each other.
  OMP_NUM_THREADS: '1',
  // Where it is set, every trainer that a test starts compiles its libraries first.
  PYTHONDONTWRITEBYTECODE: '',
};

/** Sets up these parts, and returns the environment in which tests find them. Throws an error that names all that the machine lacks. */
export async function setUp(parts: readonly Part[]): Promise<Record<string, string>> {
  const missing = await checkPrerequisites({ parts });
  if (missing.length > 0) throw new Error(describeMissing(missing));
  const cache = cacheDir();
  const { report, progress } = terminalReporter();
  const env: Record<string, string> = { ...isolation, PYTHONPYCACHEPREFIX: bytecodeDir() };
  const python = async () => {
    env.TEMPER_PYTHON = (await ensurePython(cache, report, { progress })).path;
    env.TEMPER_TEST_PACKAGES = await ensureTestPackages(setupContext(cache, report, { progress }));
  };
  const temporal = async () => {
    env.TEMPORAL_CLI_PATH = (await ensureTemporal(cache, report, { progress })).path;
  };
  const ollama = async () => {
    env.OLLAMA_PATH = (await ensureOllama(cache, report, { progress })).path;
  };
  const smallModel = async () => {
    await ensureSmallModel(cache, report, { progress });
  };
  const makers = {
    python,
    temporal,
    ollama,
    'llama.cpp': async () => {},
    'small model': smallModel,
  } satisfies Record<Part, () => Promise<void>>;
  await Promise.all(parts.map((part) => makers[part]()));
  // The quantizer is at hand already where Ollama was made.
  if (parts.includes('llama.cpp')) await ensureLlamaCpp(cache, report, { progress });
  return env;
}
