import { type Gain, gainOf } from '../statistics/gain.ts';
import { intervalOf, meanOf } from '../statistics/paired-interval.ts';
import { type Decision, pointsOf, questionOutcome } from './decide.ts';

/** The decisions on a question, one for each pair of answers to it; undefined where an answer is incomplete. */
export type Decided = readonly Decision[] | undefined;

/** The verdicts on the tuned model against one rival. Counts are of pairs of answers: as many for each question as it has samples. */
export interface Tally {
  wins: number;
  ties: number;
  losses: number;
  /** Of the ties. */
  contradicted: number;
  unread: number;
  same: number;
  /** Those that were judged: where both models answered whole. */
  questions: number;
  /** (wins + ties / 2) / pairs. Undefined if none was judged. */
  share?: number;
  /** The 95 % interval of that share, over the questions. */
  interval?: readonly [low: number, high: number];
  /** By how much the share exceeds that of the rival. */
  gain?: Gain;
}

/** Counts the decisions on questions. */
export function tally(decisions: readonly Decided[]): Tally {
  const judged = decisions.filter((each) => each !== undefined);
  const pairs = judged.flat();
  const count = (some: (decision: Decision) => boolean) => pairs.filter(some).length;
  const points = judged.map(pointsOf);
  const interval = intervalOf(points);
  const gain = gainOf(
    points,
    points.map((each) => 1 - each),
  );
  return {
    wins: count(({ outcome }) => outcome === 'win'),
    ties: count(({ outcome }) => outcome === 'tie'),
    losses: count(({ outcome }) => outcome === 'loss'),
    contradicted: count(({ because }) => because === 'contradicted'),
    unread: count(({ because }) => because === 'unread'),
    same: count(({ because }) => because === 'same'),
    questions: judged.length,
    ...(judged.length > 0 ? { share: meanOf(points) } : {}),
    ...(interval ? { interval: [interval.low, interval.high] as const } : {}),
    ...(gain ? { gain } : {}),
  };
}

/** How often judge and metric prefer the same answer, where both prefer one. */
export interface Agreement {
  metric: string;
  agreed: number;
  questions: number;
  /** Cohen's kappa over these two choices: 0 is what chance gives, 1 is full agreement. Undefined where one of them always prefers the same side. */
  kappa?: number;
}

/** `differences`: by how much the tuned model's answer scores higher, where both scores are known. */
export function agreementWith(
  metric: string,
  decisions: readonly Decided[],
  differences: readonly (number | undefined)[],
): Agreement {
  const both = decisions.flatMap((decided, at) => {
    const difference = differences[at];
    const outcome = decided && questionOutcome(decided);
    const isTold =
      outcome !== undefined && outcome !== 'tie' && difference !== undefined && Math.abs(difference) > tolerance;
    return isTold ? [[outcome === 'win', difference > 0] as const] : [];
  });
  const agreed = both.filter(([judge, scored]) => judge === scored).length;
  const share = (some: (pair: readonly [boolean, boolean]) => boolean) => both.filter(some).length / both.length;
  const [judge, scored] = [share(([each]) => each), share(([, each]) => each)];
  const byChance = judge * scored + (1 - judge) * (1 - scored);
  const isOneSided = both.length === 0 || [judge, scored].some((each) => each === 0 || each === 1);
  return {
    ...{ metric, agreed, questions: both.length },
    ...(isOneSided ? {} : { kappa: (agreed / both.length - byChance) / (1 - byChance) }),
  };
}

/** Scores closer than this differ by rounding alone. */
const tolerance = 1e-9;
