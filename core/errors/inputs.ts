import type { ErrorEntry } from './entry.ts';

/** What a run is given: document, data, secrets, base model. */
export const inputs = {
  BAD_OPTIONS: {
    summary: 'An option has a value that the step cannot use.',
    remedy: 'Correct the option in the document and start a new run.',
    retry: 'no',
  },
  BAD_DATA: {
    summary: 'Rows of the data cannot be used.',
    remedy:
      'Correct the rows named in the message, or leave them out with `on_bad_row: skip` and `max_bad_rows`. Keys of other names: `map`. A key that refuses rows without need: `ignore_keys`.',
    retry: 'no',
  },
  NOT_ROWS: {
    summary: 'A file of rows is of another kind, or is damaged.',
    remedy: 'Do what the message says, and name the file of rows that comes of it.',
    retry: 'no',
  },
  FILE_NOT_FOUND: {
    summary: 'A file that the document names does not exist.',
    remedy: 'Paths are relative to the document; correct the path or put the file there.',
    retry: 'no',
  },
  SPECIAL_FILE: {
    summary: 'A link, a pipe or a device is in the place of a file.',
    remedy: 'Replace it by a regular file or folder.',
    retry: 'no',
  },
  INPUT_CHANGED: {
    summary: 'A file, model or option changed between the start of the run and its use.',
    remedy: 'Restore the old input and resume, or start a new run: a run never mixes two versions of its inputs.',
    retry: 'no',
  },
  ENVIRONMENT_CHANGED: {
    summary: 'The training libraries differ from those that made the checkpoint.',
    remedy:
      'Resume with the Python environment that the run began with, accept the versions with `temper resume RUN --accept-versions`, or start a new run.',
    retry: 'no',
  },
  SECRET_MISSING: {
    summary: 'The worker does not know a secret that the document names.',
    remedy: 'Set it with `temper secret set NAME`.',
    retry: 'no',
  },
  PLAN_VERSION: {
    summary: 'Another version of temper made this plan, and this version cannot run it.',
    remedy: 'Make the plan again from its document: `temper run FILE`, or `temper schedule apply FILE` for a schedule.',
    retry: 'no',
  },
  INPUT_MISMATCH: {
    summary: 'A worker of another version of temper asked for work in a form that this one cannot read.',
    remedy:
      'Let all workers of this home have one version: `temper down`, then `temper up`. Then continue with `temper resume RUN`.',
    retry: 'no',
  },
  MODEL_NOT_FOUND: {
    summary: 'The Hub has no such model, dataset or revision.',
    remedy:
      'Check the spelling of `base` (`org/model` or `org/model@revision`), or of `source` (`hub:org/name@revision`). A private one needs a token: `temper secret set HF_TOKEN`.',
    retry: 'no',
  },
  MODEL_GATED: {
    summary: 'Only people who accepted the licence of this model or dataset can read it.',
    remedy: 'Accept the licence on its page, then store a token: `temper secret set HF_TOKEN`.',
    retry: 'no',
  },
  HUB_UNREACHABLE: {
    summary: 'The Hub does not answer, and the local cache does not have the model or dataset.',
    remedy:
      'The step is retried. Check the network, HTTPS_PROXY, NO_PROXY and HF_ENDPOINT. The workers have the values that `npx temper up` had: `npx temper down` and `npx temper up` take over new ones, and the run goes on.',
    retry: 'yes',
  },
  HUB_FORBIDDEN: {
    summary: 'The local cache does not have the model or dataset, and HF_HUB_OFFLINE forbids a request to the Hub.',
    remedy:
      'Unset HF_HUB_OFFLINE and restart the worker (`temper down`, `temper up`), or copy the cache from a machine that has it.',
    retry: 'no',
  },
  DATASET_UNCLEAR: {
    summary: 'Which files of a dataset of the Hub hold the rows is not clear, or a script would make the rows.',
    remedy: 'Name the files with `files`, or another `split` or revision, as the message says.',
    retry: 'no',
  },
  UNSAFE_WEIGHTS: {
    summary: 'The weights are pickles, and loading a pickle can run code.',
    remedy: 'Use a base model with safetensors files.',
    retry: 'no',
  },
  BASE_INCOMPLETE: {
    summary: 'Files of the base model are missing.',
    remedy:
      'Check the folder: it needs config.json, safetensors weights and a tokenizer, and must not hold an adapter. Fetch a damaged model again.',
    retry: 'no',
  },
  BASE_UNREADABLE: {
    summary: 'The base model cannot be loaded.',
    remedy: 'Read the reason in the message. The model may need a newer release of temper.',
    retry: 'no',
  },
} as const satisfies Record<string, ErrorEntry>;
