import { isRecord } from '../../json.ts';
import { judgeMetric } from '../../judge/column.ts';
import { ggufBytes } from '../model-bytes.ts';
import { workingParameters } from '../model-shape.ts';
import { type NeedsOf, numberIn } from '../work.ts';

/** Tokens that the proof of an import lets the trained model and Ollama's say, and reads. */
const proofTokens = 600;
/** Seconds: the trainer's libraries and two loads of models; one load of an asked model. */
const [startOfProof, loadOfModel] = [25, 4];
/** Models that an evaluation asks unless one in production is asked too. */
const usualSides = 2;

/** Bytes of an adapter: of usual ranks on all layers of a small model, and of a large one. */
const [adapterPerParameter, largeAdapter] = [0.07, 100_000_000];

/**
 * The proof holds the 16-bit model in transformers and in Ollama at once, beside the quantized one. An adapter alone is asked
 * on the base that Ollama has.
 */
export const importNeeds: NeedsOf = ({ adapter }, { shape, type = 'q4_K_M', device, pace }) => {
  if (!shape) return {};
  const whole = 2 * shape.parameters;
  const made =
    adapter === undefined ? ggufBytes(shape, type) : Math.min(largeAdapter, adapterPerParameter * shape.parameters);
  const used = 2 * whole + made + 700_000_000;
  return {
    seconds: startOfProof + (whole / 1e9) * 6 + (proofTokens * whole) / pace.reading,
    disk: adapter === undefined ? whole + made : made,
    ...(device === 'gpu' ? { device: used, memory: 2e9 } : { memory: used }),
  };
};

/** Of the general questions: so many, and at most so many tokens of an answer. */
const [generalQuestions, generalTokens] = [100, 48];

/** Tokens of a verdict with its reason, and seconds of one from a server at an address. */
const [verdictTokens, secondsOfEndpoint] = [80, 3];

/** A judge reads both answers, in both orders. Its size is not known: it counts as the judged model does. */
function judgeSeconds(
  judge: unknown,
  pairs: number,
  most: number,
  { perToken, reading }: { perToken: number; reading: number },
) {
  if (!isRecord(judge)) return 0;
  const verdicts = 2 * pairs;
  return judge.url === undefined
    ? loadOfModel + verdicts * (verdictTokens * perToken + 2 * most * reading)
    : verdicts * secondsOfEndpoint;
}

/** Of lm_eval: seconds to load and to read the tasks, and tokens of an answer where a task does not say otherwise. */
const [startOfHarness, harnessTokens] = [15, 256];

/** Undefined where all questions of a task are asked: nobody knows how many there are. */
function harnessSeconds(harness: unknown, perToken: number): number | undefined {
  if (!isRecord(harness)) return 0;
  const { tasks, limit } = harness;
  if (!Array.isArray(tasks) || typeof limit !== 'number') return undefined;
  return usualSides * (startOfHarness + loadOfModel + tasks.length * limit * harnessTokens * perToken);
}

/** How full a part of a document is on average, of at most so many tokens. */
const [shareFilled, usualPart] = [0.6, 400];

/** Tokens of parts of documents that arms read before a question. Rows are about as short as a question. */
const partTokens = (arms: unknown): number =>
  Object.values(isRecord(arms) ? arms : {}).reduce<number>(
    (sum, arm) =>
      isRecord(arm) && arm.documents !== undefined
        ? sum + numberIn(arm.nearest, 3) * shareFilled * numberIn(arm.part_tokens, usualPart)
        : sum,
    0,
  );

/** Every model says up to `max_tokens` for each question, and reads all its weights for each of them. */
export const evaluateNeeds: NeedsOf = (
  { max_tokens, production, arms, max_forgetting, judge, metric, samples, harness },
  { shape, type = 'q4_K_M', questions, device, pace },
) => {
  if (!shape) return {};
  const bytes = ggufBytes(shape, type);
  const sides = usualSides + (production === undefined ? 0 : 1) + (isRecord(arms) ? Object.keys(arms).length : 0);
  const perToken = bytes / pace.reading + (2 * workingParameters(shape)) / (4 * pace.operations);
  const most = numberIn(max_tokens, 256);
  const tokens = (questions ?? 0) * most * numberIn(samples, 1);
  const general = max_forgetting === undefined ? 0 : usualSides * generalQuestions * Math.min(most, generalTokens);
  const used = bytes + 600_000_000;
  const reading = (2 * workingParameters(shape)) / (4 * pace.operations);
  // An arm is judged where the judge is the score.
  const others = metric === judgeMetric && isRecord(arms) ? Object.keys(arms).length : 0;
  const compared = Math.min(numberIn(samples, 1), numberIn(isRecord(judge) ? judge.samples : undefined, 64));
  const pairs = (questions ?? 0) * compared * ((production === undefined ? 1 : 2) + others);
  const looking = (questions ?? 0) * numberIn(samples, 1) * partTokens(arms) * reading;
  const answering = 3 + sides * (loadOfModel + tokens * perToken) + general * perToken + looking;
  const benchmarks = harnessSeconds(harness, perToken);
  const seconds = answering + judgeSeconds(judge, pairs, most, { perToken, reading }) + (benchmarks ?? 0);
  return {
    ...(questions === undefined || benchmarks === undefined ? {} : { seconds }),
    disk: 100_000,
    ...(device === 'gpu' ? { device: used } : { memory: used }),
  };
};

/** A name is copied in Ollama. */
export const promoteNeeds: NeedsOf = () => ({ seconds: 1, disk: 10_000, memory: 0 });
