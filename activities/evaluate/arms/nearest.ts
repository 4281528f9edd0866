import MiniSearch from 'minisearch';
import { wordsOf } from '../../../core/style/words.ts';

/** Finds items by the words that their texts share with a question, the nearest first. */
export type Nearest<T> = (question: string, count: number) => T[];

interface Entry {
  id: number;
  text: string;
}

/** BM25+ as MiniSearch computes it, with its constants. Items of equal score come in their order. */
export function nearestIn<T>(items: readonly T[], textOf: (item: T) => string): Nearest<T> {
  // Words also of languages that write no spaces.
  const index = new MiniSearch<Entry>({ fields: ['text'], tokenize: wordsOf });
  index.addAll(items.map((item, id) => ({ id, text: textOf(item) })));
  return (question, count) =>
    index
      .search(question)
      .sort((a, b) => b.score - a.score || (a.id as number) - (b.id as number))
      .slice(0, count)
      .map(({ id }) => items[id as number]!);
}
