import { createReadStream } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { TemperError } from '../../../core/errors/temper-error.ts';
import type { Handle } from '../../../core/handles.ts';
import { isRecord, looksLikeHandle } from '../../../core/json.ts';
import type { Message } from '../../../services/ollama/messages.ts';
import { readServed } from '../../../services/ollama/served-models.ts';
import type { ArtifactStore } from '../../../services/store/artifacts.ts';
import { exists } from '../../../services/store/durable-files.ts';
import { runTrainer, type TrainerContext } from '../../process/run-trainer.ts';
import { listFirstTen, type Question } from './questions.ts';
import { messagesOf } from './row-messages.ts';

/** Removes differences of case, width, spaces and marks at the ends, so that equal questions have an equal form. */
export const normaliseQuestion = (text: string): string =>
  text
    .normalize('NFKC')
    .toLowerCase()
    .replace(/\s+/gu, ' ')
    .replace(/^[\s\p{P}]+|[\s\p{P}]+$/gu, '');

/** Normalises a question with its context: the user's turns up to it, without the turns of the assistant. */
export const normaliseTurns = (messages: readonly Message[]): string =>
  messages
    .filter(({ role }) => role === 'user')
    .map(({ content }) => normaliseQuestion(content))
    .join('\n');

/** What a model was trained on, as far as this is known and still in the store. */
export interface TrainedRows {
  /** The files of its rows, and of those of the trainings that it continued from. */
  files: readonly string[];
  /** How the rows of its own training look. Undefined for a model that temper did not make. */
  form: TrainedForm | undefined;
}

/** A question that a row asks, exactly or nearly, and the row that is nearest to it. */
export interface TrainedQuestion {
  question: Question;
  row: string;
  /** 1: equal but for case, width, marks and white space. */
  similarity: number;
}

export interface TrainedForm {
  rows: number;
  withSystem: number;
  withHistory: number;
  /** None if the training dropped them. */
  withThoughts: number;
  /** A few of the system messages: whether they are all equal is what counts. */
  systems: ReadonlySet<string>;
}

/** What names the rows of a training: the metadata of an artifact, or the inputs of a training that has not begun. */
type Lineage = Readonly<Record<string, unknown>>;

export const lineageOfModel = async (store: ArtifactStore, model: { digest: string }): Promise<Lineage> =>
  (await readServed(store.root, model.digest))?.lineage ?? {};

export async function readTrainedRows(
  store: ArtifactStore,
  lineage: Lineage,
  signal: AbortSignal,
): Promise<TrainedRows> {
  const files: string[] = [];
  let form: TrainedForm | undefined;
  for (const dataset of await findDatasets(store, lineage)) {
    const own = await filesOf(store, dataset, signal);
    files.push(...own);
    // The first dataset is that of the training itself, if it is still there.
    if (looksLikeHandle(lineage.dataset) && dataset.digest === lineage.dataset.digest) {
      const read = await readForm(own, signal);
      form = lineage.thoughts === 'drop' ? { ...read, withThoughts: 0 } : read;
    }
  }
  return { files, form };
}

/** Finds questions among rows by the measure with which `prepare` leaves rows out. */
export async function questionsAmong(
  context: TrainerContext,
  questions: readonly Question[],
  { files }: TrainedRows,
): Promise<TrainedQuestion[]> {
  if (files.length === 0 || questions.length === 0) return [];
  const asked = questions.map(({ messages }) =>
    messages.filter(({ role }) => role === 'user').map(({ content }) => content),
  );
  const { found } = await runTrainer(context, 'leaks', { questions: asked, rows: [...files] });
  return found.map(({ question, row, similarity }) => ({ question: questions[Number(question)]!, row, similarity }));
}

/** Throws if a training has questions among its rows. `who`: the model or the step, as the beginning of a sentence. */
export function refuseTrainedQuestions(who: string, found: readonly TrainedQuestion[]): void {
  if (found.length === 0) return;
  const lines = found.map(({ question, row, similarity }) => {
    const how = similarity === 1 ? 'asks it' : `nearly asks it (similarity ${similarity.toFixed(2)})`;
    return `${question.at}: ${JSON.stringify(question.messages.at(-1)?.content.slice(0, 120))}; ${row} ${how}`;
  });
  throw new TemperError('TRAINING_ROWS_IN_QUESTIONS', `${who}:\n${listFirstTen(lines)}`);
}

/** A training that continues from another has also seen the rows of that one. Older ones than these are not checked. */
const maxTrainings = 10;

/** Returns the datasets that a model was trained on and that are still in the store, the newest first. */
async function findDatasets(store: ArtifactStore, lineage: Lineage): Promise<Handle[]> {
  const found = new Map<string, Handle>();
  let meta: Lineage | undefined = lineage;
  for (let count = 0; meta && count < maxTrainings; count++) {
    const { dataset, continued_from }: Lineage = meta;
    // The model's own rows count even if their bytes are dropped: opening them fails, and the run prepares them again.
    const isReadable =
      looksLikeHandle(dataset) && (await (count === 0 ? store.isSound(dataset) : isWhole(store, dataset)));
    if (isReadable) found.set(dataset.digest, dataset);
    meta = await lineageOf(store, continued_from);
  }
  return [...found.values()];
}

const isWhole = async (store: ArtifactStore, handle: Handle) => (await store.condition(handle)) === 'whole';

async function lineageOf(store: ArtifactStore, from: unknown): Promise<Lineage | undefined> {
  const digest = isRecord(from) && typeof from.digest === 'string' ? from.digest : undefined;
  return digest === undefined ? undefined : (await store.manifestOf({ digest }))?.meta;
}

const maxSystems = 2;

async function filesOf(store: ArtifactStore, dataset: Handle, signal: AbortSignal): Promise<string[]> {
  const { path } = await store.open(dataset, { signal });
  const files: string[] = [];
  for (const name of ['train.jsonl', 'eval.jsonl']) {
    const file = join(path, name);
    if (await exists(file)) files.push(file);
  }
  return files;
}

/** How the rows of a dataset look. */
async function readForm(files: readonly string[], signal: AbortSignal): Promise<TrainedForm> {
  const systems = new Set<string>();
  const form = { rows: 0, withSystem: 0, withHistory: 0, withThoughts: 0, systems };
  for (const file of files) {
    for await (const line of createInterface({
      input: createReadStream(file, { signal }),
      crlfDelay: Number.POSITIVE_INFINITY,
    })) {
      const messages = messagesOf(line);
      if (messages.length === 0) continue;
      const system = messages[0]?.role === 'system' ? messages[0].content : undefined;
      if (system !== undefined && systems.size < maxSystems) systems.add(system);
      form.rows += 1;
      form.withSystem += system === undefined ? 0 : 1;
      form.withHistory += messages.filter(({ role }) => role === 'user').length > 1 ? 1 : 0;
      form.withThoughts += messages.at(-1)?.content.includes('</think>') ? 1 : 0;
    }
  }
  return form;
}
