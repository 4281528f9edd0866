import { type IncompleteCounts, incompleteWords, type Side } from '../../core/words/evaluation-notes.ts';
import { plural } from '../../core/words/plural.ts';

export const metrics = ['chrf', 'rouge_l', 'exact', 'contains'] as const;
export type Metric = (typeof metrics)[number];

/**
 * The model in production. `absent`: nothing is served under the name yet. `candidate`: it is the judged model itself.
 */
export type Production = { name: string } & ({ is: 'absent' } | { is: 'candidate' } | { is: 'other'; score?: number });

/** The scores that a verdict compares: means over the questions for which the score of every model is known. */
export interface Comparison {
  metric: Metric | 'none';
  questions: number;
  /** The questions of the means. All of them if it is undefined. */
  judged?: number | undefined;
  score?: number | undefined;
  baseline?: number | undefined;
  /** Undefined if the document names no model in production. */
  production?: Production | undefined;
  minImprovement: number;
  /** The answers whose score is unknown. Undefined if there are none. */
  incomplete?: Incomplete | undefined;
}

export interface Incomplete {
  counts: readonly { side: Side; counts: IncompleteCounts }[];
  maxTokens: number;
  /** The means over all questions, if every unknown score went against `after`. Undefined without a metric. */
  worst?: { score: number; baseline: number; production?: number } | undefined;
}

/** The last bits of a mean depend on the order of its summands. */
const roundingTolerance = 1e-9;

/**
 * Returns true if the judged model is better than every other one, by at least `minImprovement`. A tie is not better.
 * Incomplete answers never make it better: it must be so even if they all went against it.
 */
export function isBetter(comparison: Comparison): boolean {
  const { score, baseline, production, incomplete } = comparison;
  if (production?.is === 'candidate') return false;
  if (incomplete) return incomplete.worst !== undefined && beatsAll(comparison, incomplete.worst);
  if (score === undefined || baseline === undefined) return false;
  return beatsAll(comparison, {
    score,
    baseline,
    production: production?.is === 'other' ? production.score : undefined,
  });
}

function beatsAll(
  { minImprovement }: Comparison,
  { score, baseline, production }: { score: number; baseline: number; production?: number | undefined },
): boolean {
  const beats = (other: number | undefined) =>
    other === undefined || (score - other > roundingTolerance && score - other >= minImprovement - roundingTolerance);
  return beats(baseline) && beats(production);
}

/** Returns one line: the scores, their differences, what answers are incomplete, and whether the judged model is better. */
export function describeVerdict(comparison: Comparison): string {
  const { metric, production, minImprovement, incomplete } = comparison;
  const isGiven = isBetter(comparison);
  const couldChange = metric !== 'none' && !isGiven && isBetterWithout(comparison) ? ' could change this' : '';
  const cut = incomplete ? `; incomplete answers${couldChange} (${describeIncomplete(incomplete)})` : '';
  if (metric === 'none') {
    const models = production?.is === 'other' ? 'all three' : 'both';
    return `${plural(comparison.questions, 'question')} answered by ${models} models, without a score${cut}`;
  }
  const compared = `${describeScores(comparison)}${cut}`;
  if (production?.is === 'candidate') return `${compared}; it is already in production, as ${production.name}`;
  const absent = production?.is === 'absent' ? `; nothing is served as ${production.name} yet` : '';
  const hasCondition = production !== undefined || minImprovement > 0 || incomplete !== undefined;
  if (!hasCondition) return compared;
  const by = minImprovement > 0 ? ` by ${minImprovement} or more` : '';
  return `${compared}${absent}: ${isGiven ? 'better' : 'not better'}${by}`;
}

/** Whether the whole answers alone would make it better. */
const isBetterWithout = (comparison: Comparison) =>
  comparison.score === undefined || comparison.baseline === undefined
    ? true
    : isBetter({ ...comparison, incomplete: undefined });

function describeScores({ metric, questions, judged = questions, score, baseline, production }: Comparison): string {
  const asked = plural(questions, 'question');
  const on = judged === questions ? asked : `${judged} of ${asked}`;
  if (score === undefined && baseline === undefined) return `no score: no model has a whole answer to ${asked}`;
  const beside = (name: string, other: number | undefined) =>
    other === undefined
      ? `, ${name} without a score`
      : `, ${name} ${other.toFixed(2)}${score === undefined ? '' : ` (${signed(score - other)})`}`;
  const after = score === undefined ? `after without a score in ${metric}` : `after ${score.toFixed(2)} ${metric}`;
  const served =
    production?.is === 'other' && production.score !== undefined ? beside('production', production.score) : '';
  return `${after}${beside('before', baseline)}${served} on ${on}`;
}

const describeIncomplete = ({ counts, maxTokens }: Incomplete): string =>
  counts.map(({ side, counts: each }) => `${side}: ${incompleteWords(each, maxTokens)}`).join('; ');

const signed = (gain: number) => `${gain < 0 ? '−' : '+'}${Math.abs(gain).toFixed(2)}`;
