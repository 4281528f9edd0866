import { type Capacity, type RowFacts, untuned } from '../init/facts.ts';
import type { Reason, ReasonFacts } from '../init/reasons.ts';
import { gigabytes } from './gigabytes.ts';
import { plural } from './plural.ts';

/** `494 million`, `7.6 billion`. */
export const sizeWords = (parameters: number): string =>
  parameters < 1e9 ? `${Math.round(parameters / 1e6)} million` : `${(parameters / 1e9).toFixed(1)} billion`;

const timeWords = (seconds?: number): string => {
  if (seconds === undefined) return '';
  const time =
    seconds < 90
      ? 'a minute'
      : seconds < 5400
        ? `${Math.round(seconds / 60)} minutes`
        : `${Math.round(seconds / 3600)} hours`;
  return ` The training takes about ${time} on this processor.`;
};

const originalWords = (original?: string): string =>
  original === undefined
    ? ''
    : ` Its 16-bit original, \`${original}\`, is the better base where the Hub can be reached.`;

const parts: Readonly<Record<string, string>> = {
  user: 'the question',
  assistant: 'the answer',
  system: 'the system message',
  input: 'the text that belongs to a question',
  messages: 'the list of messages',
};

const lacking = { memory: 'has too little memory', disk: 'has too little free disk', time: 'is too slow' } as const;

const words: { readonly [R in keyof ReasonFacts]: (facts: ReasonFacts[R]) => string } = {
  'base-named': ({ original }) => `You named it.${originalWords(original)}`,
  'base-in-ollama': ({ parameters, seconds, original }) =>
    `Ollama has it, and its ${sizeWords(parameters)} parameters fit this machine.${timeWords(seconds)}${originalWords(original)}`,
  'base-to-pull': ({ parameters, seconds, original, language }) =>
    `Its ${sizeWords(parameters)} parameters fit this machine${language === undefined ? '' : `, and it knows the language of the rows (${languageName(language)})`}. Ollama must have it first.${timeWords(seconds)}${originalWords(original)}`,
  'base-in-place': ({ wanted }) => `In place of ${wanted}, which Ollama could not get: a larger one answers better.`,
  'base-smallest': ({ parameters, lacks, seconds }) =>
    `The smallest that suits the rows, with ${sizeWords(parameters)} parameters: this machine ${lacking[lacks]} for it or anything larger.${timeWords(seconds)}`,
  'exam-share': ({ questions, takenOut, rows }) =>
    `${plural(questions, 'question')} of ${plural(rows, 'row')}, a tenth, from 8 to 50, and at most a quarter of the rows${takenOut > questions ? `; with the rows that ask nearly the same, ${takenOut} are not learned` : ''}.`,
  'key-of-part': ({ part }) => `What these rows call ${parts[part] ?? part}.`,
  'bad-rows': ({ bad }) => `${plural(bad, 'row')} cannot be used, and the step names each with its reason.`,
  'epochs-few-rows': ({ rows }) => `${plural(rows, 'row')} to learn; about 100 are to be seen in all.`,
  'epochs-usual': ({ rows }) => `The usual number for ${plural(rows, 'row')}.`,
  'epochs-many-rows': ({ rows }) => `${plural(rows, 'row')} to learn; more than 25,000 need not be seen.`,
  'rows-per-step': ({ rowsPerStep, rows }) =>
    `${rowsPerStep} rows a step: LoRA learns worse from large batches, and ${plural(rows, 'row')} give few steps.`,
  'batch-by-memory': ({ tokens }) => `As many rows as the memory takes at once: about ${tokens} tokens.`,
  'rate-of-size': ({ parameters }) =>
    parameters === undefined
      ? 'The usual rate for a LoRA adapter.'
      : `The usual rate for ${sizeWords(parameters)} parameters; smaller models take higher ones.`,
  'length-of-longest': ({ longest }) => `The longest row has about ${longest} tokens, estimated; no row is cut.`,
  'length-by-memory': ({ longest, p95 }) =>
    `As much as the memory allows. The longest row has about ${longest} tokens, 19 of 20 have at most ${p95}; longer ones are cut.`,
  'length-by-context': ({ longest, context }) =>
    `The model knows ${context} positions. The longest row has about ${longest} tokens; longer ones are cut.`,
  'rank-of-tokens': ({ tokens, parameters }) =>
    `An adapter of about ${sizeWords(parameters)} parameters; the answers have about ${tokens} tokens to learn.`,
  'scale-of-rank': () => 'Twice the rank.',
  'all-layers': () => 'Adapters on attention alone learn less, even of a higher rank.',
  'dropout-few-rows': ({ rows }) => `Keeps ${plural(rows, 'row')} from being learned by heart.`,
  'weights-4-bit': ({ memory }) => `In 16 bits the weights and the rows do not fit ${gigabytes(memory)} GB.`,
  'weights-16-bit': ({ memory }) => `In 32 bits the weights and the rows do not fit ${gigabytes(memory)} GB.`,
  'saves-of-steps': ({ steps }) => `Of about ${plural(steps, 'step')}: a kill costs a fifth of the training at most.`,
  'few-steps': ({ steps }) => `Each of about ${plural(steps, 'step')} is worth a line.`,
  'type-small-model': ({ parameters }) =>
    `Fewer bits harm a model of ${sizeWords(parameters)} parameters more than they save.`,
  'type-of-base': ({ quantization }) => `As the base in Ollama (${quantization}), so that the comparison is fair.`,
  'type-usual': () => 'A quarter of the size, as most models in Ollama.',
  'answers-of-longest': ({ longest }) =>
    `Twice the tokens of a long answer (about ${longest}), and at least 128: an answer that is cut is not judged.`,
  'metric-few-answers': ({ answers }) => `The rows have ${answers} different answers, all short: they are labels.`,
  'metric-characters': () => 'Compares characters, so it suits every language.',
  'as-in-file': ({ file, key }) => `\`${key}\` of ${file}.`,
};

/** Why an option has its value, as a comment. */
export const reasonWords = (because: Reason): string =>
  (words[because.reason] as (facts: Reason['facts']) => string)(because.facts);

const others: Readonly<Record<string, string>> = {
  latin: 'an unknown language in Latin letters',
  other: 'an unknown language',
  none: 'no letters',
};

export const languageName = (code: string): string =>
  others[code] ?? new Intl.DisplayNames(['en'], { type: 'language' }).of(code) ?? code;

/** What the rows are, in one sentence. */
export function rowsWords(
  file: string,
  { rows, bad_rows, duplicates, near_duplicates, languages, row_tokens }: RowFacts,
  shape: string,
): string {
  const [language, count] = Object.entries(languages)[0] ?? ['none', 0];
  const spoken = count === rows ? languageName(language) : `${languageName(language)} for the most part`;
  const flaws = [
    bad_rows > 0 ? `${bad_rows} unusable` : '',
    duplicates > 0 ? plural(duplicates, 'duplicate') : '',
    near_duplicates > 0 ? `${near_duplicates} nearly the same as another` : '',
  ].filter(Boolean);
  const listed = flaws.length === 0 ? 'no duplicates' : flaws.join(', ');
  return `${file}: ${plural(rows, 'row')} (${shape}), ${spoken}, about ${row_tokens.median} tokens each and ${row_tokens.longest} in the longest; ${listed}.`;
}

/** That the rows are read by a map of their keys. */
export function mapWords(map: Readonly<Record<string, string>>): string {
  const pairs = Object.entries(map).map(([part, key]) => `${part}: ${key}`);
  return `Their keys have names of their own, so they are read with \`map: { ${pairs.join(', ')} }\`.`;
}

const maxModels = 4;

/** What the machine has, in one sentence. */
export function capacityWords({
  device,
  deviceName,
  deviceMemory,
  memory,
  processors,
  disk,
  ...capacity
}: Capacity): string {
  const gpu =
    device === 'cuda'
      ? `${deviceName} with ${gigabytes(deviceMemory ?? 0)} GB`
      : device === 'mps'
        ? 'an Apple GPU'
        : 'no GPU';
  const models = untuned(capacity);
  const names = models.slice(0, maxModels).map(({ name }) => name);
  const more = models.length > maxModels ? ` and ${models.length - maxModels} more` : '';
  const local = names.length === 0 ? 'no base model' : `${names.join(', ')}${more}`;
  const free = disk === undefined ? '' : `, ${gigabytes(disk)} GB of free disk`;
  return `This machine: ${gpu}, ${plural(processors, 'processor')}, ${gigabytes(memory)} GB of memory${free}; Ollama has ${local}.`;
}
