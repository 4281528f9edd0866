/** A row of a dataset, as `prepare` writes it. */
export interface Row {
  messages: readonly { role: string; content: string }[];
}

export interface MeasuredRow extends Row {
  /** Characters of all messages. */
  length: number;
  /** The line in its file, counted from 1. */
  line: number;
  part: 'train' | 'eval';
}

/** Lengths are in characters. */
export interface RowSummary {
  rows: number;
  median: number;
  /** Nineteen of twenty rows are no longer. */
  most: number;
  shortest: readonly MeasuredRow[];
  longest: readonly MeasuredRow[];
  /** Rows whose answer is the same as that of an earlier row. */
  repeatedAnswers: number;
}

const maxListed = 10;

/** Measures rows one by one, since a dataset may not fit into memory: it keeps their lengths, and the ten rows at each end. */
export class RowLengths {
  readonly #lengths: number[] = [];
  readonly #answers = new Set<string>();
  #shortest: MeasuredRow[] = [];
  #longest: MeasuredRow[] = [];
  #repeatedAnswers = 0;

  add(row: Row, place: Pick<MeasuredRow, 'line' | 'part'>): void {
    const length = row.messages.reduce((sum, { content }) => sum + [...content].length, 0);
    const measured = { messages: row.messages, length, ...place };
    this.#lengths.push(length);
    this.#shortest = listed(this.#shortest, measured, (a, b) => a.length - b.length);
    this.#longest = listed(this.#longest, measured, (a, b) => b.length - a.length);
    const answer = row.messages.at(-1)?.content.trim() ?? '';
    if (this.#answers.has(answer)) this.#repeatedAnswers += 1;
    this.#answers.add(answer);
  }

  summary(): RowSummary | undefined {
    const sorted = this.#lengths.toSorted((a, b) => a - b);
    if (sorted.length === 0) return undefined;
    const at = (share: number) => sorted[Math.min(sorted.length - 1, Math.floor(share * sorted.length))]!;
    return {
      rows: sorted.length,
      median: at(0.5),
      most: at(0.95),
      shortest: this.#shortest,
      longest: this.#longest,
      repeatedAnswers: this.#repeatedAnswers,
    };
  }
}

/** Most rows are neither, and are left out before anything is sorted. */
function listed(list: MeasuredRow[], row: MeasuredRow, order: (a: MeasuredRow, b: MeasuredRow) => number) {
  if (list.length === maxListed && order(row, list.at(-1)!) >= 0) return list;
  return [...list, row].sort(order).slice(0, maxListed);
}
