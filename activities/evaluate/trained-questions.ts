import { createReadStream } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { TemperError } from '../../core/errors/temper-error.ts';
import type { Handle } from '../../core/handles.ts';
import { isRecord, looksLikeHandle } from '../../core/json.ts';
import type { Message } from '../../services/ollama/messages.ts';
import { readServed } from '../../services/ollama/served-models.ts';
import type { ArtifactStore } from '../../services/store/artifacts.ts';
import { exists } from '../../services/store/durable-files.ts';
import type { Manifest } from '../../services/store/manifest.ts';
import { formatCount, listFirstTen, type Question } from './questions.ts';

/** Removes differences of case, width, spaces and marks at the ends, so that equal questions have an equal form. */
export const normaliseQuestion = (text: string): string =>
  text
    .normalize('NFKC')
    .toLowerCase()
    .replace(/\s+/gu, ' ')
    .replace(/^[\s\p{P}]+|[\s\p{P}]+$/gu, '');

/** Normalises a question with its context: the user's turns up to it, without the turns of the assistant. */
const normaliseTurns = (messages: readonly Message[]): string =>
  messages
    .filter(({ role }) => role === 'user')
    .map(({ content }) => normaliseQuestion(content))
    .join('\n');

/** Throws if one of the models was trained on a question. The rows of a model that temper did not make are unknown. */
export async function refuseTrainedQuestions(
  store: ArtifactStore,
  questions: readonly Question[],
  models: readonly { name: string; digest: string }[],
  signal: AbortSignal,
): Promise<void> {
  for (const model of models) {
    const found = await findTrainedQuestions(store, questions, model, signal);
    if (found.length === 0) continue;
    const lines = found.map(
      (question) => `${question.at}: ${JSON.stringify(question.messages.at(-1)?.content.slice(0, 120))}`,
    );
    throw new TemperError(
      'TRAINING_ROWS_IN_QUESTIONS',
      `${model.name} was trained on ${formatCount(found.length, 'question')} of the evaluation:\n${listFirstTen(lines)}`,
    );
  }
}

/** Returns the questions that are among a model's training rows, as far as these are known and still in the store. */
export async function findTrainedQuestions(
  store: ArtifactStore,
  questions: readonly Question[],
  model: { digest: string },
  signal: AbortSignal,
): Promise<Question[]> {
  const trained = new Set<string>();
  for (const dataset of await findDatasets(store, (await readServed(store.root, model.digest))?.lineage ?? {}))
    for (const form of await readForms(store, dataset, signal)) trained.add(form);
  return questions.filter((question) => trained.has(normaliseTurns(question.messages)));
}

/** A training that continues from another has also seen the rows of that one. Older ones than these are not checked. */
const maxTrainings = 10;

/** Returns the datasets that a model was trained on and that are still in the store, the newest first. */
async function findDatasets(store: ArtifactStore, lineage: Manifest['meta']): Promise<Handle[]> {
  const found = new Map<string, Handle>();
  let meta: Readonly<Record<string, unknown>> | undefined = lineage;
  for (let count = 0; meta && count < maxTrainings; count++) {
    const { dataset, continued_from }: Readonly<Record<string, unknown>> = meta;
    // The model's own rows count even if their bytes are dropped: opening them fails, and the run prepares them again.
    const isReadable =
      looksLikeHandle(dataset) && (await (count === 0 ? store.isSound(dataset) : isWhole(store, dataset)));
    if (isReadable) found.set(dataset.digest, dataset);
    meta = await lineageOf(store, continued_from);
  }
  return [...found.values()];
}

const isWhole = async (store: ArtifactStore, handle: Handle) => (await store.condition(handle)) === 'whole';

async function lineageOf(store: ArtifactStore, from: unknown): Promise<Readonly<Record<string, unknown>> | undefined> {
  const digest = isRecord(from) && typeof from.digest === 'string' ? from.digest : undefined;
  return digest === undefined ? undefined : (await store.manifestOf({ digest }))?.meta;
}

async function readForms(store: ArtifactStore, dataset: Handle, signal: AbortSignal): Promise<Set<string>> {
  const { path } = await store.open(dataset, { signal });
  const forms = new Set<string>();
  for (const file of ['train.jsonl', 'eval.jsonl'].map((name) => join(path, name))) {
    if (!(await exists(file))) continue;
    for await (const line of createInterface({
      input: createReadStream(file, { signal }),
      crlfDelay: Number.POSITIVE_INFINITY,
    })) {
      for (const form of formsOfRow(line)) forms.add(form);
    }
  }
  return forms;
}

/** Returns the form of each turn of the user alone, and of each with the turns before it. */
function formsOfRow(line: string): string[] {
  const row: unknown = line.trim() === '' ? undefined : JSON.parse(line);
  if (!isRecord(row) || !Array.isArray(row.messages)) return [];
  const asked = (row.messages as Message[]).filter(({ role }) => role === 'user');
  return asked.flatMap((turn, index) => [normaliseQuestion(turn.content), normaliseTurns(asked.slice(0, index + 1))]);
}
