import type { ErrorEntry } from './entry.ts';

/** Of what a run is given: document, data, secrets, base. */
export const inputs = {
  BAD_OPTIONS: {
    summary: 'An option has a value that the step cannot work with.',
    remedy: 'Correct the option in the document and start a new run.',
    retry: 'no',
  },
  BAD_DATA: {
    summary: 'Rows of the data cannot be used.',
    remedy: 'Correct the rows named in the message, or set `on_bad_row: skip`.',
    retry: 'no',
  },
  FILE_NOT_FOUND: {
    summary: 'A file that the document names is not there.',
    remedy: 'Paths are relative to the document; correct the path or put the file there.',
    retry: 'no',
  },
  SPECIAL_FILE: {
    summary: 'A link, a pipe or a device stands where bytes are needed.',
    remedy: 'Put a plain file or folder in its place.',
    retry: 'no',
  },
  INPUT_CHANGED: {
    summary: 'A file, model or option changed between the start of the run and its use.',
    remedy: 'Start a new run; a run never mixes two versions of its inputs.',
    retry: 'no',
  },
  ENVIRONMENT_CHANGED: {
    summary: 'The training libraries are not those the checkpoint was made with.',
    remedy: 'Resume with the environment the run began with, or start a new run.',
    retry: 'no',
  },
  SECRET_MISSING: {
    summary: 'A secret that the document names is not known to the worker.',
    remedy: 'Set it with `temper secret set NAME`.',
    retry: 'no',
  },
  PLAN_VERSION: {
    summary: 'The stored plan was made by a version of temper whose plans this one cannot carry out.',
    remedy: 'Make the plan again from its document: `temper run FILE`, or `temper schedule apply FILE` for a schedule.',
    retry: 'no',
  },
  MODEL_NOT_FOUND: {
    summary: 'The Hub has no such model or revision.',
    remedy: 'Check the spelling of the base (`org/model` or `org/model@revision`).',
    retry: 'no',
  },
  MODEL_GATED: {
    summary: 'The model can be read only by people who accepted its licence.',
    remedy: 'Accept the licence on the model’s page and give a token: `temper secret set HF_TOKEN`.',
    retry: 'no',
  },
  HUB_UNREACHABLE: {
    summary: 'The Hub did not answer and the model is not in the local cache.',
    remedy: 'Check the network or HF_ENDPOINT; the step is retried.',
    retry: 'yes',
  },
  HUB_FORBIDDEN: {
    summary: 'The model is not in the local cache, and HF_HUB_OFFLINE forbids to ask the Hub for it.',
    remedy:
      'Unset HF_HUB_OFFLINE and restart the worker (`temper down`, `temper up`), or copy the cache of a machine that has the model.',
    retry: 'no',
  },
  UNSAFE_WEIGHTS: {
    summary: 'The weights are stored as pickles, which can run code when they are loaded.',
    remedy: 'Use a base that offers safetensors files.',
    retry: 'no',
  },
  BASE_INCOMPLETE: {
    summary: 'Files of the base model are missing.',
    remedy: 'Check the folder: it needs config.json, safetensors weights and a tokenizer.',
    retry: 'no',
  },
  BASE_UNREADABLE: {
    summary: 'The base model cannot be loaded.',
    remedy: 'Read the reason in the message; the base may need a newer release of temper.',
    retry: 'no',
  },
} as const satisfies Record<string, ErrorEntry>;
