import { meanOf } from '../statistics/paired-interval.ts';
import type { Place, Said } from './prompt.ts';

export type Outcome = 'win' | 'tie' | 'loss';

/** What the judge said of one answer of the tuned model and one of a rival to the same question. */
export interface Decision {
  outcome: Outcome;
  /** `agreed`: in both orders. The others are ties: it preferred another answer when the order was turned, gave no verdict that can be read, or was not asked since the answers are the same. */
  because: 'agreed' | 'contradicted' | 'unread' | 'same';
  /** The verdicts: with the tuned model's answer first, then second. */
  straight?: Said;
  turned?: Said;
}

const outcomes = {
  straight: { first: 'win', second: 'loss', tie: 'tie' },
  turned: { first: 'loss', second: 'win', tie: 'tie' },
} as const;

/** Decides between two answers by the verdicts in both orders. Only a judge that says the same twice gives a win. */
export function decide(straight: Said, turned: Said): Decision {
  const heard = { straight, turned };
  if (straight.says === 'unread' || turned.says === 'unread') return { outcome: 'tie', because: 'unread', ...heard };
  const [one, other] = [outcomes.straight[straight.says], outcomes.turned[turned.says]];
  return one === other
    ? { outcome: one, because: 'agreed', ...heard }
    : { outcome: 'tie', because: 'contradicted', ...heard };
}

/** Two equal answers need no judge. */
export const same: Decision = { outcome: 'tie', because: 'same' };

const points = { win: 1, tie: 0.5, loss: 0 } as const;

/** The tuned model's share of a question: the mean over all pairs of answers, where a win is 1 and a tie a half. */
export const pointsOf = (decisions: readonly Decision[]): number =>
  meanOf(decisions.map(({ outcome }) => points[outcome]));

/** Which model a question goes to, by its points. */
export function questionOutcome(decisions: readonly Decision[]): Outcome {
  const share = pointsOf(decisions);
  return share > points.tie ? 'win' : share < points.tie ? 'loss' : 'tie';
}

/** How often a judge named the same place in both orders, whatever stood there. */
export interface PlaceBias {
  first: number;
  second: number;
  /** Pairs of answers with two readable verdicts. */
  of: number;
}

export function placeBias(decisions: readonly Decision[]): PlaceBias {
  const read = decisions.filter(({ because }) => because === 'agreed' || because === 'contradicted');
  const twice = (place: Place) =>
    read.filter(({ straight, turned }) => straight?.says === place && turned?.says === place).length;
  return { first: twice('first'), second: twice('second'), of: read.length };
}

/** From here on a judge follows the place more often than the answers. */
const tellsLittle = 0.5;

export const followsPlace = ({ first, second, of }: PlaceBias): boolean =>
  of > 0 && (first + second) / of >= tellsLittle;
