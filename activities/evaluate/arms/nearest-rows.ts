import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import MiniSearch from 'minisearch';
import type { Message } from '../../../services/ollama/messages.ts';
import { messagesOf } from '../questions/row-messages.ts';

interface Row {
  id: number;
  text: string;
  messages: readonly Message[];
}

/** Finds rows of a dataset by the words they share with a question, the nearest first. */
export interface RowSearch {
  nearest: (question: string, count: number) => readonly (readonly Message[])[];
}

/** Reads the rows that a training learns; those held out for its loss are left out, as a training does not see them. */
export async function openRows(dataset: string): Promise<RowSearch> {
  const lines = (await readFile(join(dataset, 'train.jsonl'), 'utf8')).split('\n');
  const chats = lines.map((line) => withoutSystem(messagesOf(line)));
  return searchIn(chats.filter((messages) => messages.length > 0));
}

/** BM25+ as MiniSearch computes it, with its constants. Rows of equal score come in their order. */
export function searchIn(rows: readonly (readonly Message[])[]): RowSearch {
  const index = new MiniSearch<Row>({ fields: ['text'], tokenize: wordsOf, processTerm: (word) => word.toLowerCase() });
  index.addAll(rows.map((messages, id) => ({ id, messages, text: messages.map(({ content }) => content).join('\n') })));
  return {
    nearest: (question, count) =>
      index
        .search(question)
        .sort((a, b) => b.score - a.score || (a.id as number) - (b.id as number))
        .slice(0, count)
        .map(({ id }) => rows[id as number]!),
  };
}

/** Also of languages that write no spaces. */
const segmenter = new Intl.Segmenter(undefined, { granularity: 'word' });
const wordsOf = (text: string): string[] =>
  [...segmenter.segment(text.normalize('NFKC'))].filter(({ isWordLike }) => isWordLike).map(({ segment }) => segment);

/** A system message in the middle of a chat is no example. */
const withoutSystem = (messages: readonly Message[]) => messages.filter(({ role }) => role !== 'system');
