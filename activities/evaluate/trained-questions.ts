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
import { firstTen, type Question, several } from './questions.ts';

/** Two texts that a person would call the same question have the same form. */
export const questionForm = (text: string): string =>
  text
    .normalize('NFKC')
    .toLowerCase()
    .replace(/\s+/gu, ' ')
    .replace(/^[\s\p{P}]+|[\s\p{P}]+$/gu, '');

/** A question is asked in its context: the user's turns up to it, and nothing the assistant said. */
const askedForm = (messages: readonly Message[]): string =>
  messages
    .filter(({ role }) => role === 'user')
    .map(({ content }) => questionForm(content))
    .join('\n');

/** Refuses questions that one of the models was trained on; a model that temper did not make has no known rows. */
export async function refuseTrainedQuestions(
  store: ArtifactStore,
  questions: readonly Question[],
  models: readonly { name: string; digest: string }[],
  signal: AbortSignal,
): Promise<void> {
  for (const model of models) {
    const found = await questionsTrainedOn(store, questions, model, signal);
    if (found.length === 0) continue;
    const lines = found.map(
      (question) => `${question.at}: ${JSON.stringify(question.messages.at(-1)?.content.slice(0, 120))}`,
    );
    throw new TemperError(
      'TRAINING_ROWS_IN_QUESTIONS',
      `${several(found.length, 'question')} of the evaluation stood in the rows that ${model.name} was trained on:\n${firstTen(lines)}`,
    );
  }
}

/** The questions that stood in the rows of a model, as far as they are known and still in the store. */
export async function questionsTrainedOn(
  store: ArtifactStore,
  questions: readonly Question[],
  model: { digest: string },
  signal: AbortSignal,
): Promise<Question[]> {
  const trained = new Set<string>();
  for (const dataset of await trainedOn(store, (await readServed(store.root, model.digest))?.lineage ?? {}))
    for (const form of await trainedForms(store, dataset, signal)) trained.add(form);
  return questions.filter((question) => trained.has(askedForm(question.messages)));
}

/** Trainings that continued from each other saw the rows of them all; the newest ten are looked at. */
const mostTrainings = 10;

/** The datasets a model was trained on that are still in the store, the newest first. */
async function trainedOn(store: ArtifactStore, lineage: Manifest['meta']): Promise<Handle[]> {
  const found = new Map<string, Handle>();
  let meta: Readonly<Record<string, unknown>> | undefined = lineage;
  for (let count = 0; meta && count < mostTrainings; count++) {
    const { dataset, continued_from }: Readonly<Record<string, unknown>> = meta;
    // The model's own rows can be made again by this run; those of long ago are gone when they are gone.
    const isThere =
      looksLikeHandle(dataset) && (await (count === 0 ? store.isSound(dataset) : isWhole(store, dataset)));
    if (isThere) found.set(dataset.digest, dataset);
    meta = await lineageOf(store, continued_from);
  }
  return [...found.values()];
}

const isWhole = async (store: ArtifactStore, handle: Handle) => (await store.condition(handle)) === 'whole';

async function lineageOf(store: ArtifactStore, from: unknown): Promise<Readonly<Record<string, unknown>> | undefined> {
  const digest = isRecord(from) && typeof from.digest === 'string' ? from.digest : undefined;
  return digest === undefined ? undefined : (await store.manifestOf({ digest }))?.meta;
}

async function trainedForms(store: ArtifactStore, dataset: Handle, signal: AbortSignal): Promise<Set<string>> {
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

/** Each turn of the user by itself, and each with the turns before it. */
function formsOfRow(line: string): string[] {
  const row: unknown = line.trim() === '' ? undefined : JSON.parse(line);
  if (!isRecord(row) || !Array.isArray(row.messages)) return [];
  const asked = (row.messages as Message[]).filter(({ role }) => role === 'user');
  return asked.flatMap((turn, index) => [questionForm(turn.content), askedForm(asked.slice(0, index + 1))]);
}
