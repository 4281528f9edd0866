/** Estimated tokens of rows, or of answers. */
export interface TokenCounts {
  total: number;
  median: number;
  p95: number;
  p99: number;
  longest: number;
}

/** What the reader of rows says of a file, as far as choices depend on it. */
export interface RowFacts {
  /** Those that can be used, each once. */
  rows: number;
  bad_rows: number;
  duplicates: number;
  /** The part of a row that each key holds, where the keys have names of their own. */
  map?: Readonly<Record<string, string>>;
  near_duplicates: number;
  /** Rows by language (ISO 639-1), the most frequent first. */
  languages: Readonly<Record<string, number>>;
  distinct_answers: number;
  row_tokens: TokenCounts;
  answer_tokens: TokenCounts;
  /** Of questions that an exam may ask: the rows that are then left out of the training. */
  candidates: readonly number[];
}

/** A chat model that an Ollama has, of an architecture that can be trained. */
export interface LocalModel {
  name: string;
  parameters: number;
  /** As Ollama writes it: `Q4_K_M`. */
  quantization?: string;
  context?: number;
  /** temper tuned it: it is a base only where a person names it. */
  tuned?: true;
}

/** What the machine has for a training. Sizes are bytes. */
export interface Capacity {
  device: 'cuda' | 'mps' | 'cpu';
  deviceName?: string;
  /** Of the GPU alone. */
  deviceMemory?: number;
  memory: number;
  processors: number;
  /** Free where temper keeps models. */
  disk?: number;
  models: readonly LocalModel[];
}

export const untuned = ({ models }: Pick<Capacity, 'models'>): LocalModel[] => models.filter(({ tuned }) => !tuned);
