import { readOllamaHost } from '../ollama-host.ts';
import { readPath } from '../paths.ts';
import { readChoice, readDuration, readNumber } from '../plain-values.ts';
import type { Reading } from '../reading.ts';
import { everywhere, type Setting } from '../setting.ts';
import { readAddress, readUrl } from '../urls.ts';

const ollamaHost = (text: string): Reading<string> => {
  const reading = readOllamaHost(text);
  return 'value' in reading ? { value: reading.value.url } : reading;
};

/** Highest port that leaves room above it for the web UI, Ollama, and ports in use. */
const maxPortBase = 64_000;

/** temper's own variables, and those that name the person's servers. */
export const ownSettings: Readonly<Record<string, readonly Setting[]>> = {
  'This installation': [
    {
      name: 'TEMPER_HOME',
      read: readPath,
      about: 'Folder of state, store and servers. Default: `~/.local/share/temper`.',
    },
    {
      name: 'TEMPER_CACHE',
      read: readPath,
      about: 'Folder of large files that can be fetched again. Default: `~/.cache/temper`.',
    },
    {
      name: 'TEMPER_PORT_BASE',
      read: readNumber(1, maxPortBase),
      about: 'First port that is tried, in place of 7233; the web UI tries 1000 above it and Ollama 500.',
    },
    {
      name: 'TEMPER_PYTHON',
      read: readPath,
      kept: true,
      about: 'A Python with the training libraries, in place of the one that temper installs.',
    },
    {
      name: 'TEMPER_DOCUMENTS_PYTHON',
      read: readPath,
      kept: true,
      about: 'A Python with the libraries that read documents, in place of the one that temper installs.',
    },
    {
      name: 'TEMPER_LM_EVAL',
      read: readPath,
      kept: true,
      about: 'The program `lm_eval` of lm-evaluation-harness, where it is not on PATH.',
    },
    {
      name: 'TEMPER_HEARTBEAT_TIMEOUT',
      read: readDuration(2),
      kept: true,
      about: 'How long a worker may be silent, such as `2m`. Default: `30s`.',
    },
    { name: 'TEMPER_DEBUG', about: 'With `1`, errors print their stack.' },
    {
      name: 'KUBERNETES_SERVICE_HOST',
      about: 'Set in a pod, whose name changes: what is bound to this machine is then bound to the home.',
    },
    {
      name: 'XDG_*',
      children: everywhere,
      about: 'Where programs keep data, configuration and caches. A relative one is ignored, as its standard says.',
    },
    { name: 'TMPDIR', children: everywhere, about: 'Folder of temporary files. One that does not exist is ignored.' },
  ],
  Ollama: [
    {
      name: 'OLLAMA_HOST',
      read: ollamaHost,
      kept: true,
      about:
        'Your Ollama, in every form that Ollama reads: `:11500`, `gpu-box`, `https://host/path`. An address to bind to, such as `0.0.0.0`, means this machine.',
    },
    {
      name: 'TEMPER_OLLAMA',
      read: readChoice('own'),
      kept: true,
      about: 'With `own`, temper leaves your Ollama alone and uses only its own.',
    },
    { name: 'OLLAMA_PATH', read: readPath, about: 'The program of temper’s own Ollama.' },
    {
      name: 'OLLAMA_MODELS',
      about:
        'Store of your Ollama. Only a worker that was started by hand reads it; temper’s own Ollama has its store in the home.',
    },
    ...['LLM_LIBRARY', 'GPU_OVERHEAD', 'FLASH_ATTENTION', 'VULKAN', 'DEBUG', 'INTEL_GPU'].map((name) => ({
      name: `OLLAMA_${name}`,
      kept: true as const,
      about:
        'Also for temper’s own Ollama, since it is about the hardware. Others, such as `OLLAMA_KEEP_ALIVE`, are for yours alone.',
    })),
  ],
  Temporal: [
    {
      name: 'TEMPORAL_ADDRESS',
      read: readAddress,
      about: 'Your Temporal, as `HOST:PORT`. Without it temper starts its own.',
    },
    { name: 'TEMPORAL_NAMESPACE', about: 'Namespace there. Default: `temper`.' },
    { name: 'TEMPORAL_PROFILE', about: 'Profile of Temporal’s configuration file that names your server.' },
    { name: 'TEMPORAL_CONFIG_FILE', read: readPath, about: 'Temporal’s configuration file.' },
    { name: 'TEMPORAL_UI_ADDRESS', read: readUrl, about: 'Base URL of the web UI of your server, for links.' },
    {
      name: 'TEMPORAL_API_KEY',
      secret: true,
      about:
        'Read by Temporal’s client, as are its `TEMPORAL_TLS*` and `TEMPORAL_GRPC_META_*`. None reaches temper’s own server.',
    },
    { name: 'TEMPORAL_CLI_PATH', read: readPath, about: 'The program of temper’s own Temporal.' },
  ],
};
