import { isRecord } from '../../json.ts';
import { parametersInName } from '../model-shape.ts';
import { type Needs, type NeedsOf, numberIn, type WorkFacts } from '../work.ts';

/** Seconds until the reader has started, and rows that it then checks in a second. */
const [start, rowsPerSecond] = [1, 4000];
/** With a tokenizer its library is loaded too. */
const startOfTokenizer = 4;
const bytesOfReader = 60_000_000;

/** Rows are read one by one; their split is held in memory and written once. Rows of documents are written first. */
export const prepareNeeds: NeedsOf = ({ tokenizer, documents }, facts) => {
  if (isRecord(documents)) return writingNeeds(documents, facts);
  const { rows } = facts;
  if (rows === undefined) return {};
  return {
    seconds: start + (tokenizer === undefined ? 0 : startOfTokenizer) + (rows.read ?? rows).rows / rowsPerSecond,
    disk: rows.bytes,
    memory: bytesOfReader + 3 * Math.max(rows.bytes, rows.read?.bytes ?? 0),
  };
};

/** Bytes of a token of text: three bytes in Chinese are two thirds of a token, one in English is a quarter. */
const bytesOfToken = 4.2;
/** How full a part is on average, tokens around it in each question, and tokens of a row in the answer. */
const [shareFilled, tokensAsked, tokensOfRow] = [0.6, 500, 110];
/** Bytes of a number in the usual quantization; seconds that a server at an address takes, of which four are asked at once. */
const [bytesOfNumber, secondsOfEndpoint, together] = [0.6, 6, 4];

/** The writer reads each part and writes its rows; its size is known by its name, if at all. */
function writingNeeds(documents: Readonly<Record<string, unknown>>, { documentBytes, pace, device }: WorkFacts): Needs {
  const { writer, chunk, per_chunk } = documents;
  const { model, url } = isRecord(writer) ? writer : {};
  const parameters = typeof model === 'string' ? parametersInName(model) : undefined;
  const used = parameters === undefined ? undefined : bytesOfNumber * parameters + 600_000_000;
  const memory = url !== undefined || used === undefined ? {} : device === 'gpu' ? { device: used } : { memory: used };
  if (documentBytes === undefined) return memory;
  const tokens = documentBytes / bytesOfToken;
  const partTokens = shareFilled * numberIn(isRecord(chunk) ? chunk.max_tokens : undefined, 800);
  const parts = Math.max(1, tokens / partTokens);
  const answer = tokensOfRow * numberIn(per_chunk, 3);
  if (url !== undefined) return { seconds: start + (parts * secondsOfEndpoint) / together, disk: 4 * documentBytes };
  if (parameters === undefined) return {};
  const reading = (2 * parameters) / (4 * pace.operations);
  const perPart =
    (tokensAsked + partTokens) * reading + answer * ((bytesOfNumber * parameters) / pace.reading + reading);
  return { ...memory, seconds: start + parts * perPart, disk: 4 * documentBytes };
}
