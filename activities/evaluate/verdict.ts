import { several } from './questions.ts';

export type Metric = 'chrf' | 'rouge_l' | 'exact' | 'contains';

/**
 * How the model in production stands beside the one that is judged. `absent`: nothing is served under the name yet.
 * `candidate`: it is the very model that is judged.
 */
export type Production = { name: string } & ({ is: 'absent' } | { is: 'candidate' } | { is: 'other'; score?: number });

export interface Judgement {
  metric: Metric | 'none';
  questions: number;
  score?: number | undefined;
  baseline?: number | undefined;
  /** Undefined where the document names no model in production. */
  production?: Production | undefined;
  minImprovement: number;
}

/** Means of many scores differ in their last bits by the order of adding up. */
const tiny = 1e-9;

/** Whether the judged model is better than each it was compared with, by as much as is asked for; a tie is not. */
export function isBetter({ score, baseline, production, minImprovement }: Judgement): boolean {
  if (score === undefined || baseline === undefined || production?.is === 'candidate') return false;
  const beats = (other: number | undefined) =>
    other === undefined || (score - other > tiny && score - other >= minImprovement - tiny);
  return beats(baseline) && (production?.is !== 'other' || beats(production.score));
}

/** One line for people: which model answered better, by how much, and whether that is enough. */
export function verdictOf(judgement: Judgement): string {
  const { metric, questions, score, baseline, production, minImprovement } = judgement;
  const asked = several(questions, 'question');
  if (score === undefined || baseline === undefined || metric === 'none')
    return `${asked} answered by ${production?.is === 'other' ? 'the three' : 'both'} models, without a score`;
  const beside = (name: string, other: number) => `${name} ${other.toFixed(2)} (${signed(score - other)})`;
  const inProduction =
    production?.is === 'other' && production.score !== undefined ? `, ${beside('production', production.score)}` : '';
  const compared = `after ${score.toFixed(2)} ${metric}, ${beside('before', baseline)}${inProduction} on ${asked}`;
  if (production?.is === 'candidate') return `${compared}; it is in production already, as ${production.name}`;
  const absent = production?.is === 'absent' ? `; nothing is served as ${production.name} yet` : '';
  const asksForMore = production !== undefined || minImprovement > 0;
  if (!asksForMore) return compared;
  const better = isBetter(judgement);
  const by = minImprovement > 0 ? ` by ${minImprovement} or more` : '';
  return `${compared}${absent}: ${better ? 'better' : 'not better'}${by}`;
}

const signed = (gain: number) => `${gain < 0 ? '−' : '+'}${Math.abs(gain).toFixed(2)}`;
