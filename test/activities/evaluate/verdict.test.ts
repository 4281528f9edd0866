// needs: nothing
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type Comparison, describeVerdict, isBetter, outcomeOf } from '../../../activities/evaluate/verdict.ts';
import { type Gain, gainOf } from '../../../core/statistics/gain.ts';

const comparison = (over: Partial<Comparison>): Comparison => ({
  metric: 'chrf',
  questions: 11,
  score: 0.8,
  baseline: 0.5,
  minImprovement: 0,
  rule: 'mean',
  ...over,
});
const served = (score: number) => ({ name: 'm:latest', is: 'other', score }) as const;

const cases: readonly [string, Partial<Comparison>, boolean, RegExp][] = [
  [
    'better than both',
    { production: served(0.7) },
    true,
    /before 0\.50 \(\+0\.30\), production 0\.70 \(\+0\.10\) on 11 questions: better$/,
  ],
  [
    'worse than the served model',
    { production: served(0.9) },
    false,
    /production 0\.90 \(−0\.10\) on 11 questions: not better$/,
  ],
  ['worse than the base', { score: 0.4, production: served(0.3) }, false, /: not better$/],
  ['a tie with the served model', { production: served(0.8) }, false, /\(\+0\.00\) on 11 questions: not better$/],
  ['a tie except for rounding', { score: 0.1 + 0.2, baseline: 0, production: served(0.3) }, false, /: not better$/],
  [
    'better by exactly min_improvement',
    { score: 0.52, production: served(0.5), minImprovement: 0.02 },
    true,
    /: better by 0\.02 or more$/,
  ],
  [
    'better by less than min_improvement',
    { score: 0.51, production: served(0.5), minImprovement: 0.02 },
    false,
    /: not better by 0\.02 or more$/,
  ],
  [
    'nothing served yet',
    { production: { name: 'm:latest', is: 'absent' } },
    true,
    /; nothing is served as m:latest yet: better$/,
  ],
  [
    'nothing served, and worse than the base',
    { score: 0.4, production: { name: 'm:latest', is: 'absent' } },
    false,
    /: not better$/,
  ],
  [
    'already served',
    { production: { name: 'm:latest', is: 'candidate' } },
    false,
    /^after 0\.80 chrf, before 0\.50 \(\+0\.30\) on 11 questions; it is already in production, as m:latest$/,
  ],
  ['no model in production named', {}, true, /^after 0\.80 chrf, before 0\.50 \(\+0\.30\) on 11 questions$/],
  [
    'no metric',
    { metric: 'none', score: undefined, baseline: undefined, production: served(0) },
    false,
    /^11 questions answered by all three models, without a score$/,
  ],
];
for (const [what, over, better, line] of cases) {
  test(`${what}: ${better ? 'better' : 'not better'}`, () => {
    assert.equal(isBetter(comparison(over)), better);
    assert.match(describeVerdict(comparison(over)), line);
  });
}

/** A gain as eleven questions may have it, and one that they leave open. */
const gain = (scores: readonly number[]): Gain => gainOf(scores, Array(scores.length).fill(0))!;
const sure = gain([0.2, 0.3, 0.4, 0.3, 0.2, 0.4, 0.3, 0.3, 0.2, 0.4, 0.3]);
const open = gain([0.9, -0.7, 0.8, -0.5, 0.9, -0.6, 0.7, 0.9, -0.2, 0.5, 0.6]);
const lower = gain(Array(11).fill(-0.1));

const lostMuch = {
  before: 0.6,
  after: 0.3,
  gain: gain(Array.from({ length: 100 }, (_, at) => (at < 30 ? -1 : 0))),
  max: 0.1,
};

const byInterval: readonly [string, Partial<Comparison>, ReturnType<typeof outcomeOf>, RegExp][] = [
  [
    'a gain whose interval lies above zero',
    { gains: { before: sure } },
    'better',
    /\(\+0\.30, 95 % \+0\.\d\d to \+0\.\d\d\) on 11 questions: better$/,
  ],
  [
    'a gain whose interval holds zero',
    { gains: { before: open } },
    'undecided',
    /95 % −0\.\d\d to \+0\.\d\d\) on 11 questions: not proven better: 11 questions are too few to tell; about \d+ would do, if the gain stays as it is$/,
  ],
  [
    'surely better than the base, and not surely than the served model',
    { production: served(0.7), gains: { before: sure, production: open } },
    'undecided',
    /: not proven better: /,
  ],
  [
    'a gain that cost more general ability than allowed',
    { gains: { before: sure }, general: lostMuch },
    'not_better',
    /; general questions 0\.60 → 0\.30 \(−0\.30, 95 % −0\.\d\d to −0\.\d\d\), so it has forgotten too much: not better$/,
  ],
  [
    'a gain that cost as much general ability as allowed',
    { gains: { before: sure }, general: { ...lostMuch, max: 0.3 } },
    'better',
    /; general questions 0\.60 → 0\.30 \([^)]*\): better$/,
  ],
  ['worse than the base', { score: 0.4, gains: { before: lower } }, 'not_better', /: not better$/],
  [
    'a sure gain that is less than min_improvement',
    { minImprovement: 0.4, gains: { before: sure } },
    'not_better',
    /: not better by 0\.4 or more$/,
  ],
  [
    'one question',
    { questions: 1, gains: {} },
    'undecided',
    /on 1 question: not proven better: 1 question is too few to tell$/,
  ],
];
for (const [what, over, outcome, line] of byInterval)
  test(`${what}: ${outcome}`, () => {
    const compared = comparison({ rule: 'interval', ...over });
    assert.equal(outcomeOf(compared), outcome);
    assert.match(describeVerdict(compared), line);
  });

test('a gain that is manner is told as that, and one with content is not', () => {
  const scores = Array<number>(11).fill(0.8);
  const gains = { before: gainOf(scores, Array<number>(11).fill(0.5))! };
  const dealtTo = (other: number) => {
    const gain = gainOf(scores, Array<number>(11).fill(other))!;
    return describeVerdict(comparison({ gains, manner: { questions: 11, score: 0.8, dealt: other, gain } }));
  };
  assert.match(
    dealtTo(0.8),
    / on 11 questions; its answers, dealt to other questions, 0\.80: manner more than content/,
  );
  assert.doesNotMatch(dealtTo(0.2), /manner/);
});
