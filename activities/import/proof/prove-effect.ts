import { answeredChats } from './ask-greedily.ts';
import { compareAnswers, type ServedAnswer, spansOf } from './compare-answers.ts';
import type { Drift } from './measure-drift.ts';
import type { Probe, TrainedAnswer } from './probe.ts';
import { type Proof, proven, refuted, unprovable } from './proof.ts';

/** How far the strength may lie from 1: weights that Ollama rounds also scatter it. */
const tolerance = 0.25;
/** A strength that is less certain than this says nothing. */
const maxError = 0.15;
/** A difference of this many standard errors is no accident. */
const errors = 3;

/** Natural logarithms of the probability of one token: in Ollama, in the trained model, and in its base. */
interface Token {
  served: number;
  trained: number;
  base: number;
}

/**
 * Proves that Ollama applies the adapter, whole and at its scale. An adapter that changes little gives nearly the answers of
 * its base, so equal answers do not show it. The change of each token's log-probability does: what Ollama's change is of the
 * trained model's, by least squares, is 1 for the adapter, 0 for the base alone, and half for half of the adapter.
 * Undefined for a probe of a whole model.
 */
export function proveEffect(probe: Probe, served: readonly ServedAnswer[]): { proof: Proof; drift: Drift } | undefined {
  const chats = answeredChats(probe);
  if (!chats.some(({ answer }) => answer.baseLogprobs)) return undefined;
  const tokens = chats.flatMap(({ answer }, index) => equalTokens(answer, served[index]!));
  const all = chats.reduce((count, { answer }) => count + answer.ends.length, 0);
  const drift = {
    drift: mean(tokens.map((token) => Math.abs(token.served - token.trained))),
    tokens: tokens.length,
    agreement: all === 0 ? 1 : tokens.length / all,
  };
  return { proof: judge(tokens, drift.drift), drift };
}

/** The tokens up to the first difference that both sides tell one by one, with the same place in the text. */
function equalTokens(answer: TrainedAnswer, served: ServedAnswer): Token[] {
  const { ends, logprobs = [], baseLogprobs = [] } = answer;
  const { tokens: equal } = compareAnswers(answer, served, 0);
  const spans = new Map(spansOf(served).map((span) => [span.start, span]));
  return Array.from({ length: Math.min(equal, baseLogprobs.length) }, (_, at): Token[] => {
    const start = at === 0 ? 0 : ends[at - 1];
    const span = typeof start === 'number' ? spans.get(start) : undefined;
    const [token, ...more] = span?.end === ends[at] ? span!.tokens : [];
    if (!token || more.length > 0 || !(token.text in token.others)) return [];
    return [{ served: token.logprob, trained: logprobs[at]!, base: baseLogprobs[at]! }];
  }).flat();
}

function judge(tokens: readonly Token[], drift: number): Proof {
  const { strength, error } = fit(tokens);
  const effect = mean(tokens.map(({ trained, base }) => Math.abs(trained - base)));
  const figures = `over ${tokens.length} tokens, the adapter changes the log-probability by ${effect.toFixed(4)} on average`;
  if (!(error <= maxError))
    return unprovable(
      'adapter',
      `${figures}, too little to be told from rounding, so nothing shows how Ollama applies it`,
    );
  const scale = `${strength.toFixed(2)} ± ${error.toFixed(2)} of that change`;
  if (Math.abs(strength - 1) > Math.max(tolerance, errors * error))
    return refuted(
      'adapter',
      `${figures}; Ollama shows ${scale}: ${Math.abs(strength) < tolerance ? 'it answers as the base without the adapter' : 'it applies the adapter in part, or at another scale'}`,
    );
  return proven(
    'adapter',
    `${figures}; Ollama shows ${scale}, and differs from the trained model by ${drift.toFixed(4)}`,
  );
}

/** The least-squares factor between both changes, without an offset, and its standard error. */
function fit(tokens: readonly Token[]): { strength: number; error: number } {
  const size = sum(tokens.map(({ trained, base }) => (trained - base) ** 2));
  if (tokens.length < 2 || size === 0) return { strength: 0, error: Number.POSITIVE_INFINITY };
  const strength = sum(tokens.map(({ served, trained, base }) => (served - base) * (trained - base))) / size;
  const rest = sum(tokens.map(({ served, trained, base }) => (served - base - strength * (trained - base)) ** 2));
  return { strength, error: Math.sqrt(rest / (tokens.length - 1) / size) };
}

const sum = (values: readonly number[]) => values.reduce((total, value) => total + value, 0);
const mean = (values: readonly number[]) => (values.length === 0 ? 0 : sum(values) / values.length);
