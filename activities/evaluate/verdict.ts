import type { HarnessReport } from '../../core/harness/harness-report.ts';
import { judgeMetric, ownBeside } from '../../core/judge/column.ts';
import type { JudgeReport } from '../../core/judge/judge-report.ts';
import { type Gain, minUnequal } from '../../core/statistics/gain.ts';
import { type Manner, mannerOrContent } from '../../core/statistics/manner.ts';
import { type IncompleteCounts, incompleteWords, type Side } from '../../core/words/evaluation-notes.ts';
import { harnessVerdictWords } from '../../core/words/harness.ts';
import { judgeVerdictWords } from '../../core/words/judge.ts';
import { plural } from '../../core/words/plural.ts';
import { signed } from '../../core/words/signed.ts';

/**
 * The model in production. `absent`: nothing is served under the name yet. `candidate`: it is the judged model itself.
 */
export type Production = { name: string } & ({ is: 'absent' } | { is: 'candidate' } | { is: 'other'; score?: number });

/** The scores that a verdict compares: means over the questions for which the score of every model is known. */
export interface Comparison {
  /** The name of the score; `none` without one. */
  metric: string;
  questions: number;
  /** The questions of the means. All of them if it is undefined. */
  judged?: number | undefined;
  score?: number | undefined;
  baseline?: number | undefined;
  /** Undefined if the document names no model in production. */
  production?: Production | undefined;
  minImprovement: number;
  /** What makes a model better: the interval of its gain lies above zero, or its mean is higher. */
  rule: 'interval' | 'mean';
  /** Over the judged models, question by question. Undefined without a score, or for fewer than two questions. */
  gains?: Gains | undefined;
  /** Shares of right answers to general questions, and how much of them may be lost. */
  general?: { before: number; after: number; gain: Gain; max: number } | undefined;
  /** Benchmarks; they decide nothing. */
  harness?: Pick<HarnessReport, 'metrics'> | undefined;
  /** How much of the score is manner; it decides nothing. */
  manner?: Manner | undefined;
  /** What other ways to answer reach; they decide nothing. */
  arms?: readonly { name: string; score?: number }[] | undefined;
  /** What a model that judges has said; it decides only where it is the metric. */
  judge?: Pick<JudgeReport, 'against' | 'bias'> | undefined;
  /** The answers whose score is unknown. Undefined if there are none. */
  incomplete?: Incomplete | undefined;
}

export interface Gains {
  before?: Gain | undefined;
  production?: Gain | undefined;
}

export interface Incomplete {
  counts: readonly { side: Side; counts: IncompleteCounts }[];
  maxTokens: number;
  /** The means over all questions, if every unknown score went against `after`. Undefined without a metric. */
  worst?: { score: number; baseline: number; production?: number; gains?: Gains | undefined } | undefined;
}

/** `undecided`: the means would do, but the questions are too few to tell. */
export type Outcome = 'better' | 'not_better' | 'undecided';

/** The last bits of a mean depend on the order of its summands. */
const roundingTolerance = 1e-9;

/**
 * Whether the judged model is better than every other one, by at least `minImprovement`. A tie is not better. Incomplete
 * answers never make it better: it must be so even if they all went against it.
 */
export function outcomeOf(comparison: Comparison): Outcome {
  const { score, baseline, production, incomplete, rule, gains } = comparison;
  if (production?.is === 'candidate' || hasForgotten(comparison)) return 'not_better';
  if (!incomplete && (score === undefined || baseline === undefined)) return 'not_better';
  const served = production?.is === 'other' ? production.score : undefined;
  const means = incomplete ? incomplete.worst : { score: score!, baseline: baseline!, production: served };
  if (!means || !beatsAll(comparison, means)) return 'not_better';
  const known = incomplete ? incomplete.worst?.gains : gains;
  const rivals = [known?.before, ...(means.production === undefined ? [] : [known?.production])];
  return rule === 'mean' || rivals.every((gain) => gain?.sign === 'higher') ? 'better' : 'undecided';
}

/** More than the document allows, and more than chance. */
export const hasForgotten = ({ general }: Comparison): boolean =>
  general !== undefined &&
  general.gain.sign === 'lower' &&
  general.before - general.after > general.max + roundingTolerance;

export const isBetter = (comparison: Comparison): boolean => outcomeOf(comparison) === 'better';

function beatsAll(
  { metric, minImprovement }: Comparison,
  { score, baseline, production }: { score: number; baseline: number; production?: number | undefined },
): boolean {
  const beats = (other: number | undefined) => {
    if (other === undefined) return true;
    const margin = ownBeside(metric, score, other) - other;
    return margin > roundingTolerance && margin >= minImprovement - roundingTolerance;
  };
  return beats(baseline) && beats(production);
}

/** Returns one line: the scores, their differences, what answers are incomplete, and whether the judged model is better. */
export function describeVerdict(comparison: Comparison): string {
  const { metric, production, incomplete, rule, minImprovement } = comparison;
  const couldChange =
    metric !== 'none' && !isBetter(comparison) && isBetterWithout(comparison) ? ' could change this' : '';
  const cut = incomplete ? `; incomplete answers${couldChange} (${describeIncomplete(incomplete)})` : '';
  if (metric === 'none') {
    const models = production?.is === 'other' ? 'all three' : 'both';
    return `${plural(comparison.questions, 'question')} answered by ${models} models, without a score${cut}${harnessWords(comparison)}${judgeWords(comparison)}`;
  }
  const compared = `${describeScores(comparison)}${mannerWords(comparison)}${cut}${generalWords(comparison)}${harnessWords(comparison)}${judgeWords(comparison)}`;
  if (production?.is === 'candidate') return `${compared}; it is already in production, as ${production.name}`;
  const absent = production?.is === 'absent' ? `; nothing is served as ${production.name} yet` : '';
  const hasCondition =
    rule === 'interval' || production !== undefined || minImprovement > 0 || incomplete !== undefined;
  return hasCondition ? `${compared}${absent}: ${outcomeWords(comparison)}` : compared;
}

/** Where a gain would say more than it is. */
const mannerWords = ({ manner, gains }: Comparison): string =>
  manner && gains?.before?.sign === 'higher' && mannerOrContent(manner) === 'manner'
    ? `; its answers, dealt to other questions, ${manner.dealt.toFixed(2)}: manner more than content`
    : '';

function generalWords(comparison: Comparison): string {
  if (!comparison.general) return '';
  const { before, after, gain } = comparison.general;
  const lost = hasForgotten(comparison) ? ', so it has forgotten too much' : '';
  return `; general questions ${before.toFixed(2)} → ${after.toFixed(2)} (${difference(after - before)}${within(gain)})${lost}`;
}

const harnessWords = ({ harness }: Comparison) => (harness ? `; ${harnessVerdictWords(harness)}` : '');

const judgeWords = ({ judge, metric }: Comparison) =>
  judge ? `; ${judgeVerdictWords(judge, metric === judgeMetric)}` : '';

function outcomeWords(comparison: Comparison): string {
  const by = comparison.minImprovement > 0 ? ` by ${comparison.minImprovement} or more` : '';
  const outcome = outcomeOf(comparison);
  if (outcome !== 'undecided') return `${outcome === 'better' ? 'better' : 'not better'}${by}`;
  const { gains = {}, questions, judged = questions } = comparison;
  const enough = Math.max(0, ...[gains.before, gains.production].map((gain) => gain?.enough ?? 0));
  const would = enough > judged ? `; about ${enough} would do, if the gain stays as it is` : '';
  return `not proven better${by}: ${plural(judged, 'question')} ${judged === 1 ? 'is' : 'are'} too few to tell${would}`;
}

/** Whether the whole answers alone would make it better. */
const isBetterWithout = (comparison: Comparison) =>
  comparison.score === undefined || comparison.baseline === undefined
    ? true
    : isBetter({ ...comparison, incomplete: undefined });

function describeScores(comparison: Comparison): string {
  const { metric, questions, judged = questions, score, baseline, production, gains = {}, arms = [] } = comparison;
  const asked = plural(questions, 'question');
  const on = judged === questions ? asked : `${judged} of ${asked}`;
  if (score === undefined && baseline === undefined) return `no score: no model has a whole answer to ${asked}`;
  const beside = (name: string, other: number | undefined, gain: Gain | undefined) =>
    other === undefined
      ? `, ${name} without a score`
      : `, ${name} ${other.toFixed(2)}${score === undefined ? '' : ` (${difference(ownBeside(metric, score, other) - other)}${within(gain)})`}`;
  const after = score === undefined ? `after without a score in ${metric}` : `after ${score.toFixed(2)} ${metric}`;
  const served =
    production?.is === 'other' && production.score !== undefined
      ? beside('production', production.score, gains.production)
      : '';
  const others = arms.flatMap(({ name, score: reached }) =>
    reached === undefined ? [] : [`, ${name} ${reached.toFixed(2)}`],
  );
  return `${after}${beside('before', baseline, gains.before)}${served}${others.join('')} on ${on}`;
}

const describeIncomplete = ({ counts, maxTokens }: Incomplete): string =>
  counts.map(({ side, counts: each }) => `${side}: ${incompleteWords(each, maxTokens)}`).join('; ');

/** Of fewer differences an interval would look surer than it is. */
const within = (gain: Gain | undefined) =>
  gain && gain.unequal >= minUnequal ? `, 95 % ${difference(gain.low)} to ${difference(gain.high)}` : '';

const difference = (gain: number) => signed(gain, 2);
