// needs: nothing
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type Decision, decide } from '../../../core/judge/decide.ts';
import { judgeReport } from '../../../core/judge/judge-report.ts';
import type { Said } from '../../../core/judge/prompt.ts';
import type { DriftReport } from '../../../core/quantization/drift-report.ts';
import type { Cost } from '../../../core/report/cost.ts';
import type { Curves } from '../../../core/report/curves.ts';
import type { Exam, ExamArm, ExamJudge } from '../../../core/report/exam.ts';
import { type Worth, worthOf } from '../../../core/report/worth.ts';
import { type Gain, gainOf } from '../../../core/statistics/gain.ts';
import { wordsIn } from '../../../page/words/words.ts';

const cost: Cost = {
  wallMs: 1,
  deviceMs: 254_000,
  wastedMs: 0,
  attempts: 1,
  stepsTrainedAgain: 0,
  artifactBytes: 3.2e8,
};
const curvesWith = (...evalLoss: number[]) =>
  ({ evalLoss: [evalLoss.map((loss, at) => [(at + 1) * 10, loss] as const)] }) as unknown as Curves;
const all = (length: number, score: number) => Array<number>(length).fill(score);

/** An exam whose tuned answers and others score so, question by question. */
function examOf(tuned: readonly number[], base: readonly number[], arms: readonly ExamArm[] = []): Exam {
  const mean = (scores: readonly number[]) => scores.reduce((sum, score) => sum + score, 0) / scores.length;
  const worse = tuned.filter((score, at) => score < base[at]!).length;
  return {
    ...{ step: 'verdict', verdict: '', metric: 'chrf', maxTokens: 64, arms, styles: {}, notes: [] },
    models: [
      { side: 'before', name: 'base', digest: 'd', score: mean(base), gain: { ...gainOf(tuned, base)! } },
      { side: 'after', name: 'tuned', digest: 'd', score: mean(tuned) },
    ],
    questions: tuned.map((_, at) => ({ at: `${at}`, question: '', answers: [] })),
    changes: { better: 0, equal: 0, worse },
  };
}
const armOf = (name: string, score: number, gain: Gain): ExamArm => ({
  ...{ name, model: 'before', score, gain: { ...gain } },
  cost: { seconds: 1, promptTokens: 1, answerTokens: 1 },
});
const worth = (exam: Exam, curves?: Curves) => worthOf({ exam, cost, curves, rows: 162 });
const codes = (found: readonly Worth[]) => found.map(({ code }) => code);

const good = examOf(all(12, 0.8), all(12, 0.3));
const useless = examOf([0.3, 0.4, 0.2, 0.5, 0.3, 0.4, 0.3, 0.2], [0.4, 0.3, 0.3, 0.4, 0.3, 0.2, 0.4, 0.3]);
const harmful = examOf(all(12, 0.2), all(12, 0.6));

test('a good tuning, a useless one and a harmful one each get the verdict they deserve', () => {
  assert.deepEqual(codes(worth(good)), ['gained', 'no_arms', 'price']);
  assert.deepEqual(codes(worth(useless)), ['open', 'no_arms', 'worse_on', 'price']);
  assert.deepEqual(codes(worth(harmful)), ['lost', 'no_arms', 'worse_on', 'price']);
});

test('what the tuning did not teach is told too', () => {
  const general = (after: number) => {
    const right = Array.from({ length: 100 }, (_, at) => Number(at < after * 100));
    const gain = {
      ...gainOf(
        right,
        Array.from({ length: 100 }, (_, at) => Number(at < 60)),
      )!,
    };
    return codes(worth({ ...good, general: { questions: 100, before: 0.6, after, gain } }))[2];
  };
  assert.deepEqual([general(0.3), general(0.58), general(0.9)], ['forgot', 'kept', 'learned']);
});

test('the tuned model is held against the best way that does without it', () => {
  const against = (...arms: ExamArm[]) => worth(examOf(all(12, 0.8), all(12, 0.3), arms))[1]!;
  const weak = armOf('prompted', 0.5, gainOf(all(12, 0.8), all(12, 0.5))!);
  const strong = armOf('retrieval', 0.9, gainOf(all(12, 0.8), all(12, 0.9))!);
  const equal = armOf('retrieval', 0.8, gainOf(all(12, 0.8), all(12, 0.8))!);
  const tuned: ExamArm = { ...strong, name: 'tuned_rows', model: 'after' };
  assert.deepEqual(codes([against(weak), against(weak, strong), against(equal), against(weak, tuned)]), [
    ...['beats_arm', 'behind_arm', 'like_arm', 'beats_arm'],
  ]);
});

test('of the best other way the paragraph tells what it looks up and what an answer of it costs', () => {
  const retrieval: ExamArm = {
    ...armOf('retrieval', 0.9, gainOf(all(12, 0.8), all(12, 0.9))!),
    ...{ nearest: 3, documents: { documents: ['thesis.pdf'], parts: 57 } },
    cost: { seconds: 1.234, promptTokens: 1900.4, answerTokens: 40 },
  };
  const exam = examOf(all(12, 0.8), all(12, 0.3), [retrieval]);
  const after = { seconds: 0.5, promptTokens: 60, answerTokens: 40 };
  const told = worth({
    ...exam,
    models: exam.models.map((model) => (model.side === 'after' ? { ...model, cost: after } : model)),
  })[1]!;
  assert.equal(
    wordsIn.en.worth.says(told),
    'Without a tuning, retrieval (the 3 nearest parts of the documents before each question) reaches 0.90 and is better than the tuned model, which differs by −0.10 to −0.10 (95 %): use that. It reads 1900 tokens for an answer and takes 1.23 s, the tuned model 60 tokens and 0.50 s.',
  );
  assert.match(
    wordsIn.zh.worth.says(told),
    /retrieval（每个问题前附上文档中最相近的 3 段）.*读入 1900 个 token，用时 1\.23 秒/,
  );
  const rows = { ...retrieval, documents: undefined, nearest: 1 };
  const ofRows = worth(examOf(all(12, 0.8), all(12, 0.3), [rows]))[1]!;
  assert.match(wordsIn.en.worth.says(ofRows), /retrieval \(the nearest row before each question\) reaches/);
});

test('an arm is held against the tuned model on the questions that both answered whole', () => {
  const arm = (questions: number): ExamArm => ({
    ...armOf('prompted', 0.5, gainOf(all(12, 0.8), all(12, 0.5))!),
    compared: { questions, score: 0.4, after: 0.6 },
  });
  const [, some] = worth(examOf(all(12, 0.8), all(12, 0.3), [arm(7)]));
  assert.ok(some?.code === 'beats_arm');
  assert.deepEqual([some.facts.shared, some.facts.score, some.facts.other], [7, 0.6, 0.4]);
  assert.match(
    wordsIn.en.worth.says(some),
    /0\.40 on the 7 questions .* the tuned model reaches 0\.60; the tuned model is/,
  );
  const [, whole] = worth(examOf(all(12, 0.8), all(12, 0.3), [arm(12)]));
  assert.ok(whole && !('shared' in whole.facts));
});

const measured = (side: 'held-out' | 'training', before?: { logprob: number; bits_per_byte: number }): DriftReport => ({
  ...{ base: 'b', bound: null, imatrix: null, taken: 1, before },
  rows: { side, rows: 31, tokens: 400, bytes: 1536, dataset: 'd' },
  parent: { bytes: 1, logprob: -1, bits_per_byte: 0.24 },
  types: [0.24, 0.275].map((bits_per_byte) => ({
    ...{ type: 'q4_K_M', imatrix: false, bytes: 1, kl: 0, kl_error: 0, same_top: 1, logprob: -1, bits_per_byte },
  })),
});
const base = { logprob: -2, bits_per_byte: 1.487 };

test('how well base and tuned model predict held-out answers is told where a quantize step measured both', () => {
  const told = (drift?: DriftReport) =>
    worthOf({ exam: good, cost, curves: undefined, rows: 162, drift }).filter(({ code }) => code === 'predicts');
  assert.deepEqual(told(measured('held-out', base)), [
    { code: 'predicts', facts: { base: 1.487, tuned: 0.275, rows: 31 } },
  ]);
  // Rows that were learned prove nothing, and a figure alone compares nothing.
  assert.deepEqual([told(), told(measured('training', base)), told(measured('held-out'))], [[], [], []]);
  assert.match(
    wordsIn.en.worth.says(told(measured('held-out', base))[0]!),
    /0\.2[78] bits .* 31 held-out rows, .* 1\.49;/,
  );
});

test('the price of a run that reuses steps says that theirs is not in it', () => {
  const [price] = worthOf({ exam: good, cost, curves: undefined, rows: 162, reused: 6 }).slice(-1);
  assert.match(
    wordsIn.en.worth.says(price!),
    /and used what earlier runs had made in 6 of its steps, which is not counted\.$/,
  );
});

/** Tuned answers that score 0.8 to their own question, and so much to others. */
const mannered = (dealt: number): Exam => {
  const gain = { ...gainOf(all(12, 0.8), all(12, dealt))! };
  return { ...good, manner: { questions: 12, score: 0.8, dealt, gain } };
};

test('a score that the answers keep when they are dealt to other questions is told as manner', () => {
  assert.deepEqual(
    [0.3, 0.8].map((dealt) => codes(worth(mannered(dealt)))[1]),
    ['content', 'manner'],
  );
  assert.match(wordsIn.en.worth.says(worth(mannered(0.8))[1]!), /score 0\.80, which .* it has learned manner/);
});

test('of few questions neither manner nor content is claimed', () => {
  const gain = { ...gainOf(all(3, 0.8), all(3, 0.1))! };
  const few = { ...good, manner: { questions: 3, score: 0.8, dealt: 0.1, gain } };
  assert.deepEqual(codes(worth(few)), codes(worth(good)));
});

test('the loss on held-out rows says what to try next', () => {
  const next = (...losses: number[]) => codes(worth(good, curvesWith(...losses))).slice(3);
  assert.deepEqual(next(2, 1.2, 1.5), ['overfitted']);
  assert.deepEqual(next(2, 1.2, 0.9), ['still_learning']);
  assert.deepEqual(next(2, 1.2, 1.195), []);
  assert.deepEqual(next(2), []);
});

const judgeOf = (decisions: readonly Decision[]) =>
  ({
    ...judgeReport({ name: 'wise', rubric: 'r', decisions: { before: decisions.map((each) => [each]) }, cost: noCost }),
  }) as ExamJudge;
const noCost = { verdicts: 0, promptTokens: 0, answerTokens: 0 };
const said = (says: 'first' | 'second'): Said => ({ says, why: '' });
const clear = judgeOf(Array<Decision>(12).fill(decide(said('first'), said('second'))));
const placed = judgeOf(Array<Decision>(12).fill(decide(said('first'), said('first'))));

test('what a judge prefers is told, and that a judge which follows the place tells little', () => {
  const found = (judge: ExamJudge) => worth({ ...good, judge }).slice(1, 3);
  assert.deepEqual(found(clear)[0], {
    code: 'judged',
    facts: { wins: 12, ties: 0, losses: 0, share: 1, low: 1, high: 1 },
  });
  assert.deepEqual(found(placed), [
    { code: 'judged', facts: { wins: 0, ties: 12, losses: 0, share: 0.5 } },
    { code: 'judge_placed', facts: { followed: 12, questions: 12 } },
  ]);
});

/** As an exam is whose base rambles: its answers are cut, and only the tuned model and an arm have a score. */
const cut: Exam = {
  ...good,
  arms: [armOf('retrieval', 0.9, gainOf(all(12, 0.8), all(12, 0.9))!)],
  models: good.models.map(({ score, gain: _, ...model }) =>
    model.side === 'after' ? { ...model, score: score! } : model,
  ),
  questions: good.questions.map((question, at) => ({
    ...question,
    answers: [
      { side: 'before', text: 'and', end: at === 0 ? 'context' : 'length', tokens: 64 },
      { side: 'after', text: 'whole', end: 'stop', tokens: 2, score: 0.8 },
    ],
  })),
};

test('where the base has no score it is told why, what would tell, and all that is known', () => {
  const [first, ...others] = worth(cut);
  const after = cut.models[1]!;
  assert.deepEqual(first, {
    code: 'untold',
    facts: { score: after.score!, questions: 12, before: 12, after: 0, cut: 11, maxTokens: 64 },
  });
  assert.deepEqual(codes(others), ['behind_arm', 'price']);
  assert.match(wordsIn.en.worth.says(first!), /score is 0\.80.*larger max_tokens: at 64, 11 were cut/);
});

test('without a metric nothing is said', () => {
  const { metric: _, ...unscored } = good;
  const models = good.models.map(({ score: __, gain: ___, ...model }) => model);
  assert.deepEqual(worth({ ...unscored, models }), []);
  assert.deepEqual(worthOf({ exam: undefined, cost, curves: undefined, rows: undefined }), []);
});

for (const [language, words] of Object.entries(wordsIn))
  test(`in ${language} no sentence has a figure that its fact does not have`, () => {
    const arms = [armOf('prompted', 0.5, gainOf(all(12, 0.8), all(12, 0.5))!)];
    const judged = [clear, placed].map((judge) => ({ ...good, judge }));
    const exams = [
      mannered(0.3),
      mannered(0.8),
      good,
      cut,
      useless,
      harmful,
      examOf(all(12, 0.8), all(12, 0.3), arms),
      ...judged,
    ];
    const drift = measured('held-out', base);
    for (const exam of exams)
      for (const each of worthOf({ exam, cost, curves: curvesWith(2, 1.2, 1.5), rows: 162, drift })) {
        const texts = JSON.stringify(each.facts, (_, fact) => (typeof fact === 'string' ? undefined : fact));
        const facts = (texts.match(/-?\d[\d.e-]*/g) ?? []).map(Number);
        const known = facts.flatMap((fact) => [fact, fact / 60_000, (fact / 1000) % 60, fact / 1e6, fact / 1e9, 95]);
        const said = words.worth.says(each).replaceAll('−', '-');
        for (const [figure] of said.matchAll(/[-+]?\d[\d,.]*\d|\d/g)) {
          const value = Number(figure.replaceAll(',', ''));
          assert.ok(
            known.some(
              (fact) => Math.abs(fact - value) < 0.006 * Math.max(1, Math.abs(fact)) || Math.trunc(fact) === value,
            ),
            `${figure} in ${said}`,
          );
        }
      }
  });
