import { type Written, writeCommented } from '../language/yaml/write-commented.ts';
import { sizeWords } from '../words/init.ts';
import { type ChosenBase, chooseBase } from './choose-base.ts';
import { heldOut } from './choose-training.ts';
import { type Capacity, type RowFacts, untuned } from './facts.ts';
import { knowsEnglishOnly } from './known-bases.ts';
import { namedBase } from './named-base.ts';

/** Names of files that are documents and no rows. Text may be either, and its first character tells. */
const documentEndings = /\.(?:pdf|docx|md|markdown|html?|xhtml|epub)$/i;
export const isDocumentName = (file: string): boolean => documentEndings.test(file);

/** What nobody knows before a model has written them: about what a thesis gives. */
const assumedRows = 300;
const assumedTokens = { total: 200 * assumedRows, median: 180, p95: 350, p99: 450, longest: 600 };

const assumedFacts = (language: string | undefined): RowFacts => ({
  ...{ rows: assumedRows, bad_rows: 0, duplicates: 0, near_duplicates: 0, distinct_answers: assumedRows },
  languages: language === undefined ? {} : { [language]: assumedRows },
  ...{ row_tokens: assumedTokens, answer_tokens: assumedTokens, candidates: [] },
});

export interface Writer {
  model: string;
  present: boolean;
  because: string;
}

/** Parameters below which most of what a model writes is refused. */
const leastParameters = 3e9;
/** Bytes that a model of 7 billion parameters in 4 bits takes, with its context. */
const bytesOfUsual = 8e9;

/** Chooses who writes the rows: the largest model that Ollama has and the memory holds, or else one to be pulled. */
export function chooseWriter(capacity: Capacity): Writer {
  const memory = capacity.deviceMemory ?? capacity.memory;
  const fitting = untuned(capacity).filter(({ parameters }) => 0.75 * parameters < 0.8 * memory);
  const largest = [...fitting].sort((one, other) => other.parameters - one.parameters)[0];
  if (largest && largest.parameters >= leastParameters)
    return {
      model: largest.name,
      present: true,
      because: `The largest model that Ollama has and the memory holds, with ${sizeWords(largest.parameters)} parameters.`,
    };
  const usual = memory >= bytesOfUsual ? 'qwen2.5:7b' : 'qwen2.5:1.5b';
  const instead = largest ? ` ${largest.name}, which Ollama has, is too small to be trusted with it.` : '';
  return {
    model: usual,
    present: false,
    because: `It fits this machine; Ollama must have it first.${instead} A larger one at an address also has \`url\` and \`api_key\`.`,
  };
}

/** The base of a training on rows that are not written yet. `language`: of the documents, where it is known. */
export const chooseDocumentBase = (capacity: Capacity, language: string | undefined, named?: string): ChosenBase =>
  named === undefined
    ? chooseBase(assumedFacts(language), capacity, assumedTokens.total)
    : namedBase(named, assumedFacts(language), capacity);

interface Places {
  name: string;
  schema: string;
  source: string;
  review: string;
  head: readonly string[];
}

/** Writes a pipeline that has rows made of documents, and trains once a person has reviewed them. */
export function documentPipeline(base: ChosenBase, writer: Writer, places: Places): string {
  const { name, schema, source, review, head } = places;
  const isOllama = base.rival !== undefined && base.base === `ollama:${base.rival}`;
  const named = isOllama ? 'ollama:${{ inputs.base }}' : '${{ inputs.base }}';
  const weights: Record<string, Written> =
    base.weights === '4-bit' ? { load_in_4bit: true } : base.weights === 'bf16' ? { precision: 'bf16' } : {};
  const value: Record<string, Written> = {
    name,
    inputs: { base: { default: isOllama ? base.rival! : base.base } },
    steps: {
      data: {
        uses: 'prepare',
        with: {
          ...{ from: 'documents', source, eval_split: heldOut },
          documents: { writer: { model: writer.model }, per_chunk: 3, review, unreviewed: 'refuse' },
        },
      },
      train: {
        uses: 'train',
        with: {
          ...{ base: named, dataset: '${{ steps.data.outputs.dataset }}', epochs: 3, max_length: 1024 },
          ...weights,
          lora: { r: 16, alpha: 32, dropout: 0.05, target_modules: 'all-linear' },
        },
      },
      best: { uses: 'checkpoint', with: { from: '${{ steps.train.outputs.checkpoints }}', select: 'best' } },
      merged: { uses: 'merge', with: { base: named, adapter: '${{ steps.best.outputs.adapter }}' } },
      gguf: { uses: 'quantize', with: { model: '${{ steps.merged.outputs.model }}', type: 'q8_0' } },
      model: { uses: 'import', with: { gguf: '${{ steps.gguf.outputs.gguf }}', name: `${name}:candidate` } },
    },
  };
  const comments = new Map([
    [
      'inputs.base',
      base.parameters === undefined
        ? 'The model to start from.'
        : `The model to start from, with ${sizeWords(base.parameters)} parameters.${base.present ? ' Ollama has it.' : ''}${knowsEnglishOnly(base.rival ?? '') ? ' It knows English alone; for other languages, `qwen2.5:0.5b`.' : ''}`,
    ],
    [
      'steps.data',
      'Has a model write questions and answers of each part of the document. Rows that the text does not support are refused.',
    ],
    ['steps.data.with.documents.writer', writer.because],
    [
      'steps.data.with.documents.review',
      `The first run ends here on purpose. \`temper review @latest\` writes the rows into this file; set \`decision\` of each, then \`temper rerun @latest\`.`,
    ],
    [
      'steps.train.with.max_length',
      'Rows made of parts of a document are shorter. The step says how many tokens they have.',
    ],
    ['steps.best', 'The checkpoint with the lowest loss on the held-out rows.'],
    [
      'steps.model',
      'Creates the model in Ollama and proves that it answers as the trained one. There is no verdict yet: write ten questions that are in no row, with the answers that you hope for, and add a step with `uses: evaluate`. Its `arms: { retrieval: { documents: … } }` says what looking things up in the document reaches without a training.',
    ],
  ]);
  return writeCommented(value, {
    head: [`yaml-language-server: $schema=${schema}`, ...head],
    comments,
    apart: (path) => path === 'inputs' || path === 'steps' || (/^steps\.\w+$/.test(path) && path !== 'steps.data'),
  });
}
