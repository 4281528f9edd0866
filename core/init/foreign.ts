import { isRecord } from '../json.ts';
import { jsonSchemaOf, optionPaths } from '../language/check/json-schema.ts';
import { type Absence, absenceOf, foreignWords, snakeCase } from '../language/foreign/words.ts';
import { type Counterpart, foreignValue } from './foreign-values.ts';
import { because, type Chosen, type Reason } from './reasons.ts';

/** Why a key of another trainer is not in the pipeline. */
export type Left =
  | { key: string; why: Absence | 'no-counterpart' | 'rows-elsewhere' | 'template-by-name' | 'needs-gpu' }
  | { key: string; why: 'value'; option: string; value: string };

/** What a configuration of another trainer becomes. */
export interface Converted {
  base?: { value: string; because: Reason };
  options: readonly Chosen[];
  /** Names of its rows: files, names of data sets on the Hub, or names in a list beside the configuration. */
  rows: readonly string[];
  /** Folder of the list that says where rows of a name are (LLaMA-Factory). */
  rowsFolder?: string;
  left: readonly Left[];
}

const keysOfRows = new Set(
  'datasets dataset dataset_name train_file data_files dataset_path data_path train_dataset train_data data train_on_dataset'.split(
    ' ',
  ),
);
/** What every training here does, as others ask for it. */
const asAlways: Readonly<Record<string, readonly unknown[]>> = {
  stage: ['sft'],
  rl: [false],
  finetuning_type: ['lora'],
  train_type: ['lora'],
  tuner_type: ['lora'],
  sft_type: ['lora'],
  fine_tune_type: ['lora'],
  adapter: ['lora'],
  peft_type: ['LORA', 'lora'],
  task_type: ['CAUSAL_LM'],
  do_train: [true],
  train: [true],
  use_peft: [true],
  use_lora: [true],
  eval_strategy: ['steps'],
  evaluation_strategy: ['steps'],
  save_strategy: ['steps'],
  load_in_4bit: [false],
  load_in_8bit: [false],
};
/** A training takes these from elsewhere in the pipeline. */
const linked = new Set(['base', 'dataset', 'continue_from', 'source', 'tokenizer', 'exclude']);

const optionsOf = (kind: 'prepare' | 'train') => optionPaths(jsonSchemaOf(kind)).filter((path) => !linked.has(path));

/** Converts the keys that have a counterpart, and lists the others with the reason. Keys of maps within count too. */
export function convertForeign(value: Readonly<Record<string, unknown>>, file: string): Converted {
  const ours = { data: optionsOf('prepare'), train: optionsOf('train') };
  const options = new Map<string, Chosen>();
  const left: Left[] = [];
  const rows: string[] = [];
  let base: Converted['base'];
  let rowsFolder: string | undefined;
  const isQuantized = /[-_](?:bnb-4bit|4bit)$/i;
  const add = (step: 'data' | 'train', option: string, converted: Chosen['value'], key: string) => {
    const id = `${step}.${option}`;
    if (!options.has(id))
      options.set(id, { step, option, value: converted, because: because('as-in-file', { file, key }) });
  };
  for (const [key, given] of leaves(value)) {
    const spelt = snakeCase(key);
    if (given === null || given === '' || asAlways[spelt]?.includes(given)) continue;
    if (spelt === 'dataset_dir' && typeof given === 'string') rowsFolder = given;
    else if (keysOfRows.has(spelt)) {
      rows.push(...namesOfRows(given));
      left.push(...rowsLeft(key, given));
    } else if (foreignWords[spelt]?.includes('base') && typeof given === 'string') {
      base ??= { value: given.replace(isQuantized, ''), because: because('as-in-file', { file, key }) };
      if (isQuantized.test(given)) add('train', 'load_in_4bit', true, key);
    } else if (spelt === 'adapter' && given === 'qlora') add('train', 'load_in_4bit', true, key);
    else if (spelt === 'lora_target_linear' && given === true) add('train', 'lora.target_modules', 'all-linear', key);
    else {
      const counterpart = counterpartOf(spelt, ours);
      if (counterpart === undefined) {
        // An option that is off needs no counterpart.
        if (given !== false) left.push({ key, why: absenceOf(spelt) ?? 'no-counterpart' });
        continue;
      }
      const { step, option } = counterpart;
      const converted = foreignValue(step === 'data' ? 'prepare' : 'train', counterpart, given);
      if (converted === 'none') continue;
      if (converted === 'template-by-name') left.push({ key, why: converted });
      else if (converted === undefined)
        left.push({ key, why: 'value', option, value: JSON.stringify(given).slice(0, 60) });
      else add(step, converted.option ?? option, converted.value, key);
    }
  }
  return {
    ...(base === undefined ? {} : { base }),
    options: [...options.values()],
    rows,
    ...(rowsFolder === undefined ? {} : { rowsFolder }),
    left,
  };
}

/** Values at the ends of nested maps, with their keys. The maps of data sets and lists stay whole. */
function leaves(value: Readonly<Record<string, unknown>>): [string, unknown][] {
  return Object.entries(value).flatMap(([key, given]): [string, unknown][] =>
    isRecord(given) && !keysOfRows.has(snakeCase(key)) ? leaves(given) : [[key, given]],
  );
}

function counterpartOf(
  key: string,
  ours: Readonly<Record<'data' | 'train', readonly string[]>>,
): Counterpart | undefined {
  for (const word of [key, ...(Object.hasOwn(foreignWords, key) ? foreignWords[key]! : [])]) {
    const [option, means] = word.split(': ') as [string, string?];
    for (const step of ['train', 'data'] as const)
      if (ours[step].includes(option)) return { step, option, ...(means === undefined ? {} : { means }) };
  }
  return undefined;
}

function namesOfRows(given: unknown): string[] {
  if (typeof given === 'string') return given.split(',').map((name) => name.trim());
  if (Array.isArray(given)) return given.flatMap(namesOfRows);
  if (!isRecord(given)) return [];
  const files = given.data_files ?? given.train ?? given.path ?? given.file_name ?? given.ds_type;
  return files === undefined ? [] : namesOfRows(files);
}

/** How another trainer reads rows; temper knows rows by their own keys. */
const known = new Set(['path', 'data_files', 'train', 'file_name', 'type', 'split', 'ds_type']);

const rowsLeft = (key: string, given: unknown): Left[] =>
  (Array.isArray(given) ? given : [given])
    .filter(isRecord)
    .flatMap((each) => Object.keys(each))
    .filter((inner) => !known.has(inner))
    .map((inner) => ({ key: `${key}[].${inner}`, why: 'no-counterpart' as const }));
