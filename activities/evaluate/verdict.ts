import { formatCount } from './questions.ts';

export type Metric = 'chrf' | 'rouge_l' | 'exact' | 'contains';

/**
 * The model in production. `absent`: nothing is served under the name yet. `candidate`: it is the judged model itself.
 */
export type Production = { name: string } & ({ is: 'absent' } | { is: 'candidate' } | { is: 'other'; score?: number });

/** The scores that a verdict compares. */
export interface Comparison {
  metric: Metric | 'none';
  questions: number;
  score?: number | undefined;
  baseline?: number | undefined;
  /** Undefined if the document names no model in production. */
  production?: Production | undefined;
  minImprovement: number;
}

/** The last bits of a mean depend on the order of its summands. */
const roundingTolerance = 1e-9;

/** Returns true if the judged model is better than every other one, by at least `minImprovement`. A tie is not better. */
export function isBetter({ score, baseline, production, minImprovement }: Comparison): boolean {
  if (score === undefined || baseline === undefined || production?.is === 'candidate') return false;
  const beats = (other: number | undefined) =>
    other === undefined || (score - other > roundingTolerance && score - other >= minImprovement - roundingTolerance);
  return beats(baseline) && (production?.is !== 'other' || beats(production.score));
}

/** Returns one line: the scores, their differences, and whether the judged model is better. */
export function describeVerdict(comparison: Comparison): string {
  const { metric, questions, score, baseline, production, minImprovement } = comparison;
  const asked = formatCount(questions, 'question');
  if (score === undefined || baseline === undefined || metric === 'none')
    return `${asked} answered by ${production?.is === 'other' ? 'all three' : 'both'} models, without a score`;
  const beside = (name: string, other: number) => `${name} ${other.toFixed(2)} (${signed(score - other)})`;
  const inProduction =
    production?.is === 'other' && production.score !== undefined ? `, ${beside('production', production.score)}` : '';
  const compared = `after ${score.toFixed(2)} ${metric}, ${beside('before', baseline)}${inProduction} on ${asked}`;
  if (production?.is === 'candidate') return `${compared}; it is already in production, as ${production.name}`;
  const absent = production?.is === 'absent' ? `; nothing is served as ${production.name} yet` : '';
  const hasCondition = production !== undefined || minImprovement > 0;
  if (!hasCondition) return compared;
  const better = isBetter(comparison);
  const by = minImprovement > 0 ? ` by ${minImprovement} or more` : '';
  return `${compared}${absent}: ${better ? 'better' : 'not better'}${by}`;
}

const signed = (gain: number) => `${gain < 0 ? '−' : '+'}${Math.abs(gain).toFixed(2)}`;
