import type { Place, Said } from './prompt.ts';

export type Outcome = 'win' | 'tie' | 'loss';

/** What the judge said of the tuned model's answer and that of a rival. */
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

/** Decides one question from the verdicts in both orders. Only a judge that says the same twice gives a win. */
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

/** Points of the tuned model: its share of the question. */
export const pointsOf = ({ outcome }: Decision): number => ({ win: 1, tie: 0.5, loss: 0 })[outcome];

/** How often a judge named the same place in both orders, whatever stood there. */
export interface PlaceBias {
  first: number;
  second: number;
  /** Questions with two readable verdicts. */
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
