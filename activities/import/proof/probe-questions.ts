import { createReadStream } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { isRecord, looksLikeHandle } from '../../../core/json.ts';
import type { Message } from '../../../services/ollama/messages.ts';
import type { ArtifactStore } from '../../../services/store/artifacts.ts';
import { exists } from '../../../services/store/durable-files.ts';

const questionCount = 2;
const maxQuestionCharacters = 500;

/**
 * Reads a few questions of the training rows. The model answers them with large margins and ends its answers by itself, so
 * they prove more about answers and stops than general questions. Returns none if the store no longer has the rows.
 */
export async function readTrainedQuestions(store: ArtifactStore, dataset: unknown): Promise<string[]> {
  if (!looksLikeHandle(dataset) || !(await store.isSound(dataset))) return [];
  const file = join((await store.open(dataset)).path, 'train.jsonl');
  if (!(await exists(file))) return [];
  const questions: string[] = [];
  const input = createReadStream(file);
  for await (const line of createInterface({ input, crlfDelay: Number.POSITIVE_INFINITY })) {
    const row: unknown = line.trim() === '' ? undefined : JSON.parse(line);
    const turns = isRecord(row) && Array.isArray(row.messages) ? (row.messages as Message[]) : [];
    const asked = turns.filter(({ role }) => role === 'user');
    if (asked.length === 1 && asked[0]!.content.length < maxQuestionCharacters) questions.push(asked[0]!.content);
    if (questions.length === questionCount) break;
  }
  input.destroy();
  return questions;
}
