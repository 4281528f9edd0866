import {
  answerLimit,
  askForRows,
  askForVerdict,
  contextFor,
  rowsSchema,
  verdictSchema,
  type WrittenRow,
  writtenRows,
} from '../../../core/documents/ask-for-rows.ts';
import type { CheckedRow } from '../../../core/documents/check-rows.ts';
import { checkRows } from '../../../core/documents/check-rows.ts';
import type { Chunk } from '../../../core/documents/chunk.ts';
import { canonicalJson, isRecord } from '../../../core/json.ts';
import type { DocumentsOption } from '../../../core/kinds/options/documents.ts';
import type { Chat, ChatAnswer, ChatRequest } from '../../../services/chat/chat.ts';
import { hashText } from '../../../services/store/durable-files.ts';
import { readWrittenRows, writeWrittenRows } from '../../../services/store/written-rows.ts';

export interface WrittenChunk {
  chunk: Chunk;
  rows: CheckedRow[];
  /** Why there are no rows, or not all: the writer's answer was cut, refused, or is no JSON of rows. */
  incomplete?: string;
}

export interface Cost {
  /** Chunks that were asked about in this attempt. */
  asked: number;
  /** Chunks whose rows an earlier attempt or run has kept. */
  known: number;
  seconds: number;
  answerTokens: number;
}

interface Writing {
  chat: Chat;
  /** Stands for the model's bytes in the key of what is kept. */
  writer: string;
  options: DocumentsOption;
  seed: number;
  store: string;
  signal: AbortSignal;
  onChunk: (done: number) => void;
}

/** Requests at once. An Ollama answers one after another; a server at an address has many people. */
const together = { ollama: 1, address: 4 };

/** Asks the writer about each chunk whose rows are not kept yet, and keeps each answer at once. In the order of the chunks. */
export async function writeRows(
  chunks: readonly Chunk[],
  writing: Writing,
): Promise<{ written: WrittenChunk[]; cost: Cost }> {
  const cost: Cost = { asked: 0, known: 0, seconds: 0, answerTokens: 0 };
  const written = new Array<WrittenChunk>(chunks.length);
  const waiting = chunks.map((chunk, at) => ({ chunk, at }));
  let done = 0;
  const work = async () => {
    for (let next = waiting.shift(); next; next = waiting.shift()) {
      writing.signal.throwIfAborted();
      written[next.at] = await writeChunk(next.chunk, writing, cost);
      done += 1;
      writing.onChunk(done);
    }
  };
  const workers = writing.options.writer.url === undefined ? together.ollama : together.address;
  const results = await Promise.allSettled(Array.from({ length: workers }, work));
  const failed = results.find((result) => result.status === 'rejected');
  if (failed) throw failed.reason;
  return { written, cost };
}

async function writeChunk(chunk: Chunk, writing: Writing, cost: Cost): Promise<WrittenChunk> {
  const { options } = writing;
  const request = requestFor(askForRows(chunk, options), rowsSchema(options.kinds), answerLimit(options), writing);
  const { rows: found, end } = await answered(request, writing, cost, readRows);
  const rows = checkRows(found, chunk, options);
  if (options.verify) {
    for (const row of rows.filter(({ problems }) => problems.length === 0)) {
      const asked = requestFor(askForVerdict(chunk, row), verdictSchema, maxVerdictTokens, writing);
      const isAnswerable = await answered(asked, writing, undefined, readVerdict);
      cost.seconds += isAnswerable.seconds;
      if (!isAnswerable.answerable) row.problems.push({ code: 'not_answerable', facts: {} });
    }
  }
  return { chunk, rows, ...(end === 'whole' ? {} : { incomplete: end }) };
}

const maxVerdictTokens = 30;

const requestFor = (
  messages: ChatRequest['messages'],
  schema: NonNullable<ChatRequest['schema']>,
  maxTokens: number,
  { options, seed }: Writing,
): ChatRequest => ({
  messages,
  schema,
  maxTokens,
  seed,
  temperature: options.temperature,
  context: contextFor(options),
});

/** An answer to a request, of an earlier time if it is kept. Answers are kept as they were read, so that a check may change. */
async function answered<T extends { seconds: number; answerTokens: number }>(
  request: ChatRequest,
  { chat, writer, store, signal }: Writing,
  cost: Cost | undefined,
  read: (answer: ChatAnswer) => T,
): Promise<T> {
  const key = hashText(canonicalJson({ writer, request: { ...request } } as never));
  const kept = await readWrittenRows(store, key);
  if (isRecord(kept)) {
    if (cost) cost.known += 1;
    return kept as T;
  }
  const answer = read(await chat.ask(request, signal));
  await writeWrittenRows(store, key, answer);
  if (cost) {
    cost.asked += 1;
    cost.seconds += answer.seconds;
    cost.answerTokens += answer.answerTokens;
  }
  return answer;
}

interface Rows {
  rows: WrittenRow[];
  end: 'whole' | 'cut' | 'no JSON' | 'refused' | 'prompt too long';
  seconds: number;
  answerTokens: number;
}

function readRows({ text, value, end, seconds, answerTokens }: ChatAnswer): Rows {
  const spent = { seconds, answerTokens };
  if (end === 'prompt') return { rows: [], end: 'prompt too long', ...spent };
  if (end === 'refused') return { rows: [], end: 'refused', ...spent };
  const parsed = writtenRows.safeParse(Array.isArray(value) ? { rows: value } : value);
  if (parsed.success) return { rows: parsed.data.rows, end: end === 'stop' ? 'whole' : 'cut', ...spent };
  const salvaged = wholeRowsIn(text);
  return { rows: salvaged, end: salvaged.length > 0 || end === 'length' ? 'cut' : 'no JSON', ...spent };
}

/** The rows of an answer that was cut, up to the last whole one. */
function wholeRowsIn(text: string): WrittenRow[] {
  const start = text.indexOf('[');
  for (let end = text.lastIndexOf('}'); start >= 0 && end > start; end = text.lastIndexOf('}', end - 1)) {
    try {
      const parsed = writtenRows.safeParse({ rows: JSON.parse(`${text.slice(start, end + 1)}]`) });
      if (parsed.success) return parsed.data.rows;
    } catch {
      // Cut within a row: the one before it may be whole.
    }
  }
  return [];
}

/** What says neither yes nor no counts as yes: it says nothing against the row. */
const readVerdict = ({ value, seconds, answerTokens }: ChatAnswer) => ({
  answerable: !(isRecord(value) && value.answerable === false),
  seconds,
  answerTokens,
});
