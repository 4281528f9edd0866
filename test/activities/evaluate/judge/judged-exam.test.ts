// needs: nothing
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { judgeArm } from '../../../../activities/evaluate/arms/compare-arms.ts';
import { rivalsOf, withJudge } from '../../../../activities/evaluate/judge/judged-exam.ts';
import { gainsOf, judgedQuestions, meansOf, worstFor } from '../../../../activities/evaluate/scores/known-scores.ts';
import type { Scored } from '../../../../activities/evaluate/scores/score-answers.ts';
import { describeVerdict, outcomeOf } from '../../../../activities/evaluate/verdict.ts';
import { decide, same } from '../../../../core/judge/decide.ts';
import { type Decisions, verdictsOn } from '../../../../core/judge/judge-report.ts';
import type { Said } from '../../../../core/judge/prompt.ts';
import { type Decided, tally } from '../../../../core/judge/tally.ts';

const said = (says: 'first' | 'second'): Said => ({ says, why: 'so' });
// Of a question with one pair of answers.
const win = [decide(said('first'), said('second'))];
const loss = [decide(said('second'), said('first'))];
const equal = [same];
const times = <T>(count: number, value: T): T[] => Array.from({ length: count }, () => value);
const empty = (questions: number): Scored => {
  const scores = () => times(questions, {});
  return { each: scores(), floor: scores(), ceiling: scores(), marks_only: 0, inside_words: 0, fenced: 0 };
};

function verdictOf(decisions: Decisions & { before: readonly Decided[] }) {
  const questions = decisions.before.length;
  const sides = {
    before: empty(questions),
    after: empty(questions),
    ...(decisions.production ? { production: empty(questions) } : {}),
  };
  const { sides: scored } = withJudge({ sides, arms: {} }, decisions);
  const means = meansOf(scored);
  const served = means.production?.judge;
  const judged = judgedQuestions(scored, 'judge').length;
  const counts = { length: questions - judged, context: 0, thinking: 0, prompt: 0, too_long: 0, unread: 0 };
  const comparison = {
    ...{ metric: 'judge', questions, judged, score: means.after.judge, baseline: means.before.judge },
    ...(served === undefined ? {} : { production: { name: 'm', is: 'other' as const, score: served } }),
    ...{ minImprovement: 0, rule: 'interval' as const, gains: gainsOf(scored, 'judge') },
    ...(judged < questions
      ? { incomplete: { counts: [{ side: 'after' as const, counts }], maxTokens: 9, worst: worstFor(scored, 'judge') } }
      : {}),
    judge: {
      against: Object.fromEntries(Object.entries(decisions).map(([rival, each]) => [rival, tally(each)])),
      bias: { first: 0, second: 0, of: questions },
    },
  };
  return { comparison, outcome: outcomeOf(comparison), words: describeVerdict(comparison) };
}

test('the share of wins is the score, what it leaves the baseline, and a clear one is better', () => {
  const { comparison, outcome, words } = verdictOf({ before: [...times(9, win), loss, equal, equal] });
  assert.deepEqual([comparison.score, comparison.baseline], [10 / 12, 2 / 12]);
  assert.equal(outcome, 'better');
  assert.match(
    words,
    /^after 0\.83 judge, before 0\.17 \(\+0\.67, 95 % .*\) on 12 questions; judge: after won 9, tied 2, lost 1 against before: better$/,
  );
});

test('few wins, or as many losses, prove nothing', () => {
  assert.equal(verdictOf({ before: [...times(5, win), equal, equal] }).outcome, 'undecided');
  assert.equal(verdictOf({ before: [...times(8, win), ...times(8, loss)] }).outcome, 'not_better');
  assert.equal(verdictOf({ before: times(20, equal) }).outcome, 'not_better');
});

test('the served model counts by its own verdicts against the candidate', () => {
  const strong = verdictOf({ before: times(12, win), production: [...times(3, win), ...times(9, loss)] });
  assert.equal(strong.comparison.production?.score, 0.75);
  assert.ok(Math.abs(strong.comparison.gains.production!.mean + 0.5) < 1e-9);
  assert.equal(strong.outcome, 'not_better');
  assert.match(strong.words, /production 0\.75 \(−0\.50, 95 %/);
  const weak = verdictOf({ before: times(12, win), production: [...times(11, win), loss] });
  assert.ok(Math.abs(weak.comparison.gains.production!.mean - 10 / 12) < 1e-9);
  assert.equal(weak.outcome, 'better');
});

test('incomplete answers are not judged, and count as lost where they could turn the verdict', () => {
  const few = verdictOf({ before: [...times(16, win), undefined, undefined] });
  assert.equal(few.comparison.score, 1);
  assert.equal(few.outcome, 'better');
  const many = verdictOf({ before: [...times(8, win), ...times(8, undefined)] });
  assert.equal(many.outcome, 'not_better');
});

test('other ways to answer are judged only where the judge is the score', () => {
  const answer = { text: 'a', end: 'stop' as const, tokens: 1 };
  const answers = { before: [answer], after: [answer] };
  const arm = { name: 'prompted', model: 'before' as const, answers: [answer] };
  assert.deepEqual(Object.keys(rivalsOf(answers, [arm], 'chrf')), ['before']);
  assert.deepEqual(Object.keys(rivalsOf(answers, [arm], 'judge')), ['before', 'prompted']);
  const decisions = { before: times(8, win), prompted: [...times(6, loss), win, win] };
  const sides = { before: empty(8), after: empty(8) };
  const scored = withJudge({ sides, arms: { prompted: empty(8) } }, decisions);
  const form = { messages: 0, canThink: false };
  const cost = { seconds: 1, promptTokens: 1, answerTokens: 1 };
  const judged = judgeArm({ ...arm, form, cost }, scored.arms.prompted, scored.sides.after, 'judge');
  assert.equal(judged.score, 0.75);
  assert.ok(Math.abs(judged.gain!.mean + 0.5) < 1e-9, 'by how much the tuned model wins more often than it');
});

test('each question keeps its verdicts with their reasons', () => {
  const decisions = { before: [win, undefined], production: [equal, loss] };
  assert.deepEqual(verdictsOn(decisions, 0), {
    before: { outcome: 'win', because: 'agreed', why: ['so', 'so'] },
    production: { outcome: 'tie', because: 'same' },
  });
  assert.deepEqual(Object.keys(verdictsOn(decisions, 1)), ['production']);
});
