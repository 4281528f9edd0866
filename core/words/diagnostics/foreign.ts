import type { ForeignDocument } from '../../language/foreign/documents.ts';
import type { ForeignText } from '../../language/foreign/texts.ts';
import type { Absence } from '../../language/foreign/words.ts';
import type { Said } from './said.ts';

const texts: { readonly [T in ForeignText]: Said } = {
  modelfile: {
    message: 'this is a Modelfile of Ollama, not a pipeline',
    hint: 'an `import` step makes the model; its options `system`, `stop` and `parameters` stand for the lines',
  },
  dockerfile: { message: 'this is a Dockerfile, not a pipeline' },
  'shell-script': {
    message: 'this is a command or a shell script, not a pipeline',
    hint: 'a program of your own is a step: `uses: run`, with `command` or `shell` and `script`',
  },
  'python-program': {
    message: 'this is a Python program, not a pipeline',
    hint: 'a program of your own is a step: `uses: run`, with `command: [python, inputs/program.py]`',
  },
  rows: { message: 'this file holds rows of data, not a pipeline', hint: 'name it as `source` of a `prepare` step' },
  table: { message: 'this file is a table of rows, not a pipeline', hint: 'name it as `source` of a `prepare` step' },
  'web-page': { message: 'this is a web page, not a pipeline', hint: 'download the raw file that the page shows' },
  toml: { message: 'this is TOML, not YAML', hint: 'a pipeline has `name` and `steps`, written as `key: value`' },
  gguf: { message: 'this is a GGUF model, not a pipeline' },
  archive: { message: 'this is an archive, not a pipeline', hint: 'unpack it' },
  parquet: { message: 'this is a Parquet file, not a pipeline' },
  image: { message: 'this is an image or a PDF, not a pipeline' },
};

const whatToDo = {
  trainer: '`npx temper init --from` and this file make a pipeline of it',
  orchestrator: 'a pipeline has `name` and `steps`; each step has `uses` and `with`',
  launcher: 'temper starts the training itself, on one device; the options are under `with` of a `train` step',
  model: 'name its folder as `base` of a `train` step',
  tokenizer: 'name its folder as `base` of a `train` step',
  adapter: 'a `train` step starts from an adapter with `continue_from`',
  'dataset-list': 'name the file of rows as `source` of a `prepare` step',
  project: 'a pipeline has `name` and `steps`',
} as const;

const nouns = {
  trainer: 'a configuration of',
  orchestrator: 'a document of',
  launcher: 'a configuration of',
  model: 'the configuration of',
  tokenizer: 'the configuration of',
  adapter: 'an adapter’s configuration of',
  'dataset-list': 'a list of datasets of',
  project: 'a file of',
} as const;

/** What a document is that is no pipeline, and how its content gets into one. */
export function foreignWords(found: ForeignDocument): Said {
  if ('text' in found) return texts[found.text];
  const { program, is, equivalents } = found;
  const pairs = equivalents.map(([theirs, ours]) => `\`${theirs}\` is \`${ours}\``).join(', ');
  return {
    message: `this is ${nouns[is]} ${program}, not a pipeline`,
    hint: pairs === '' ? whatToDo[is] : `${whatToDo[is]}; ${pairs}`,
  };
}

/** Why temper has no such option. */
export const absenceWords: { readonly [A in Absence]: string } = {
  device: 'leave it out: a training uses one device, which temper finds',
  records: 'leave it out: temper records each run itself; `temper show` has the figures',
  outputs: 'leave it out: what a step makes is in the store; an `import` step names the model',
  optimizer: 'leave it out: the optimizer is AdamW',
  attention: 'leave it out: the attention is chosen for the device',
  resume: 'leave it out: `temper resume RUN` continues from the last checkpoint',
  'lora-only': 'leave it out: a `train` step trains a LoRA adapter; `lora` has its options',
  'no-code': 'leave it out: temper runs no code that comes with a model',
  loader: 'leave it out: temper decides how rows are loaded',
  variant: 'leave it out: temper has plain LoRA and rank-stabilized LoRA',
};
