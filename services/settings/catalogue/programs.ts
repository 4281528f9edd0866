import { readExisting, readPath } from '../paths.ts';
import { readDevices, readNumber, readThreads } from '../plain-values.ts';
import { readProxy } from '../proxies.ts';
import { everywhere, type Setting, toTrainer } from '../setting.ts';
import { readUrl } from '../urls.ts';

/** Variables of libraries, of the network and of devices, which temper reads and hands on. */
export const programSettings: Readonly<Record<string, readonly Setting[]>> = {
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
  ModelScope: [
    {
      name: 'MODELSCOPE_ENDPOINT',
      read: readUrl,
      kept: true,
      children: everywhere,
      about: 'Where `modelscope:` names are looked up. Default: `https://modelscope.cn`.',
    },
    {
      name: 'MODELSCOPE_CACHE',
      read: readPath,
      kept: true,
      children: everywhere,
      about: 'Folder of models from ModelScope. Default: `~/.cache/modelscope`.',
    },
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
    ...['OMP_NUM_THREADS', 'MKL_NUM_THREADS'].map((name) => ({
      name,
      read: readThreads,
      children: everywhere,
      about: 'How many threads compute on the CPU.',
    })),
    ...['OMP_*', 'MKL_*', 'OPENBLAS_*'].map((name) => ({
      name,
      children: everywhere,
      about: 'Other settings of threads.',
    })),
  ],
  'Every program': [
    ...['PATH', 'HOME', 'USER', 'LOGNAME', 'SHELL', 'TERM', 'LANG', 'LC_*', 'TZ'].map((name) => ({
      name,
      children: everywhere,
      about: 'As for every program.',
    })),
    {
      name: 'SSH_CONNECTION',
      about: 'Whether `temper open` is typed from another machine, whose browser it cannot open.',
    },
    ...['NO_COLOR', 'FORCE_COLOR'].map((name) => ({ name, about: 'Whether the command prints colours.' })),
    {
      name: 'CI',
      about: 'Whether the command prints colours. Where it is set, a run is watched as one line for each change.',
    },
  ],
};
