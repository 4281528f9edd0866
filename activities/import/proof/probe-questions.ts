import { createReadStream } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { isRecord, looksLikeHandle } from '../../../core/json.ts';
import type { Message } from '../../../services/ollama/messages.ts';
import type { ArtifactStore } from '../../../services/store/artifacts.ts';
import { exists } from '../../../services/store/durable-files.ts';

const wanted = 2;

/**
 * A few questions that the model was trained on: it answers them surely and ends its answers by itself, which makes the
 * proofs of answers and stops say more than any general question does. None where the rows are not at hand.
 */
export async function trainedQuestions(store: ArtifactStore, dataset: unknown): Promise<string[]> {
  if (!looksLikeHandle(dataset) || !(await store.isSound(dataset))) return [];
  const file = join((await store.open(dataset)).path, 'train.jsonl');
  if (!(await exists(file))) return [];
  const questions: string[] = [];
  const input = createReadStream(file);
  for await (const line of createInterface({ input, crlfDelay: Number.POSITIVE_INFINITY })) {
    const row: unknown = line.trim() === '' ? undefined : JSON.parse(line);
    const turns = isRecord(row) && Array.isArray(row.messages) ? (row.messages as Message[]) : [];
    const asked = turns.filter(({ role }) => role === 'user');
    if (asked.length === 1 && asked[0]!.content.length < 500) questions.push(asked[0]!.content);
    if (questions.length === wanted) break;
  }
  input.destroy();
  return questions;
}
