import { readOllamaHost } from './ollama-host.ts';
import { readExisting, readPath } from './paths.ts';
import { readChoice, readDevices, readDuration, readNumber } from './plain-values.ts';
import { readProxy } from './proxies.ts';
import type { Reading } from './reading.ts';
import { readAddress, readUrl } from './urls.ts';

/** A kind of temper's child processes: a `run` step's command, or the trainer. */
export type Child = 'command' | 'trainer';

/** One environment variable, or a group of them whose names begin alike. */
export interface Setting {
  /** One that ends with `*` stands for every name that begins so. */
  name: string;
  about: string;
  /** What the value means; a setting without it is taken as it is. */
  read?: (text: string) => Reading<unknown>;
  /** The same setting has a second name, in lower case, which wins. */
  eitherCase?: true;
  /** The value is never shown, only whether it is the same. */
  secret?: true;
  /** Running workers have the value of `temper up`. */
  kept?: true;
  children?: readonly Child[];
}

const ollamaHost = (text: string): Reading<string> => {
  const reading = readOllamaHost(text);
  return 'value' in reading ? { value: reading.value.url } : reading;
};

/** Highest port that leaves room above it for the web UI, Ollama, and ports in use. */
const maxPortBase = 64_000;

const everywhere = ['command', 'trainer'] as const;
const toTrainer = ['trainer'] as const;

/** Every variable that temper reads or hands on, in the order of docs/settings.md, which is made from it. */
export const settings: Readonly<Record<string, readonly Setting[]>> = {
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
      name: 'TEMPER_HEARTBEAT_TIMEOUT',
      read: readDuration(2),
      kept: true,
      about: 'How long a worker may be silent, such as `2m`. Default: `30s`.',
    },
    { name: 'TEMPER_DEBUG', about: 'With `1`, errors print their stack.' },
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
  'Hugging Face': [
    { name: 'HF_ENDPOINT', read: readUrl, kept: true, children: everywhere, about: 'The Hub, or a mirror of it.' },
    {
      name: 'HF_TOKEN',
      secret: true,
      kept: true,
      about: 'Token for private and gated models; `temper secret set HF_TOKEN` stores one. Only downloads get it.',
    },
    {
      name: 'HF_TOKEN_PATH',
      read: readPath,
      kept: true,
      children: toTrainer,
      about: 'File with a token, where none is set. Default: `token` in HF_HOME.',
    },
    ...['HF_HOME', 'HF_HUB_CACHE'].map((name) => ({
      name,
      read: readPath,
      kept: true as const,
      children: everywhere,
      about: 'Folder of downloaded models. Default: `~/.cache/huggingface`.',
    })),
    ...['HF_HUB_OFFLINE', 'TRANSFORMERS_OFFLINE'].map((name) => ({
      name,
      kept: true as const,
      children: everywhere,
      about: 'With `1`, nothing is asked of the Hub.',
    })),
    ...['HF_HUB_DOWNLOAD_TIMEOUT', 'HF_HUB_ETAG_TIMEOUT'].map((name) => ({
      name,
      read: readNumber(0),
      kept: true as const,
      children: toTrainer,
      about: 'Seconds until a request to the Hub is given up.',
    })),
    ...['HF_XET_CACHE', 'HF_ASSETS_CACHE', 'HF_DATASETS_CACHE', 'HF_MODULES_CACHE', 'HUGGINGFACE_HUB_CACHE'].map(
      (name) => ({
        name,
        read: readPath,
        children: toTrainer,
        about: 'Other folders of the libraries.',
      }),
    ),
    { name: 'HF_*', children: toTrainer, about: 'Other settings of the Hub’s client.' },
    ...['HUGGINGFACE_*', 'TRANSFORMERS_*', 'TORCH_*', 'PYTORCH_*', 'BNB_*'].map((name) => ({
      name,
      children: toTrainer,
      about: 'Other settings of the training libraries.',
    })),
  ],
  Network: [
    ...['HTTPS_PROXY', 'HTTP_PROXY', 'ALL_PROXY'].map((name) => ({
      name,
      read: readProxy,
      eitherCase: true as const,
      kept: true as const,
      children: everywhere,
      about:
        'Proxy, such as `http://proxy:3128`. The trainer also speaks `socks5://` and `socks5h://`; temper’s own downloads and webhooks do not.',
    })),
    {
      name: 'NO_PROXY',
      eitherCase: true,
      kept: true,
      children: everywhere,
      about:
        'What is asked without a proxy: `*`, `example.com` (and below it), `.example.com` (only below it), `host:port`, addresses, networks such as `10.0.0.0/8`. This machine never needs to be named.',
    },
    ...['SSL_CERT_FILE', 'REQUESTS_CA_BUNDLE', 'CURL_CA_BUNDLE'].map((name) => ({
      name,
      read: readExisting,
      kept: true as const,
      children: everywhere,
      about: 'File with the certificates of a company’s proxy or mirror.',
    })),
    ...['NODE_EXTRA_CA_CERTS', 'SSL_CERT_*'].map((name) => ({
      name,
      children: name.startsWith('NODE') ? [] : everywhere,
      about: 'More certificates; the first is for temper’s own downloads.',
    })),
    ...['PIP_INDEX_URL', 'UV_DEFAULT_INDEX', 'UV_INDEX_URL'].map((name) => ({
      name,
      children: ['command'] as const,
      about:
        'Mirror of PyPI, for set-up and `run` steps. One of them is enough. Every package is checked against temper’s lock.',
    })),
  ],
  Device: [
    {
      name: 'CUDA_VISIBLE_DEVICES',
      read: readDevices,
      kept: true,
      children: everywhere,
      about: 'The device to use; with several, training takes the first. Empty or `-1`: the CPU.',
    },
    ...['LD_LIBRARY_PATH', 'DYLD_LIBRARY_PATH'].map((name) => ({
      name,
      kept: true as const,
      children: everywhere,
      about: 'Where the driver’s libraries are, as on Kubernetes nodes.',
    })),
    ...['CUDA_*', 'NVIDIA_*', 'HIP_*', 'ROCR_*', 'ROCM_*', 'HSA_*', 'GPU_DEVICE_ORDINAL'].map((name) => ({
      name,
      children: everywhere,
      about: 'Other settings of drivers.',
    })),
    ...['OMP_*', 'MKL_*', 'OPENBLAS_*'].map((name) => ({ name, children: everywhere, about: 'Threads on the CPU.' })),
  ],
  'Every program': [
    ...['PATH', 'HOME', 'USER', 'LOGNAME', 'SHELL', 'TERM', 'LANG', 'LC_*', 'TZ'].map((name) => ({
      name,
      children: everywhere,
      about: 'As for every program.',
    })),
    ...['NO_COLOR', 'FORCE_COLOR', 'CI'].map((name) => ({ name, about: 'Whether the command prints colours.' })),
  ],
};
