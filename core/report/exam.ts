import { z } from 'zod';
import type { EvaluationNote, Side } from '../words/evaluation-notes.ts';

const scores = z.record(z.string(), z.number());
const answer = z.looseObject({
  text: z.string(),
  end: z.string(),
  tokens: z.number(),
  thoughts: z.string().optional(),
  samples: z.array(z.looseObject({ text: z.string(), end: z.string() })).optional(),
  scores: scores.optional(),
});
const bounds = z.tuple([z.number(), z.number()]);
const gain = z.looseObject({
  mean: z.number(),
  low: z.number(),
  high: z.number(),
  sign: z.enum(['higher', 'lower', 'open']),
  enough: z.number().optional(),
});
const cost = z.looseObject({ seconds: z.number(), promptTokens: z.number(), answerTokens: z.number() });
const model = z.looseObject({
  name: z.string(),
  digest: z.string(),
  scores: scores.optional(),
  ranges: z.record(z.string(), bounds).optional(),
  interval: bounds.optional(),
  within: z.number().optional(),
});

const tally = z.looseObject({
  wins: z.number(),
  ties: z.number(),
  losses: z.number(),
  contradicted: z.number(),
  unread: z.number(),
  same: z.number(),
  questions: z.number(),
  share: z.number().optional(),
  interval: bounds.optional(),
  gain: gain.extend({ unequal: z.number() }).optional(),
});
const judge = z.looseObject({
  name: z.string(),
  rubric: z.string(),
  against: z.record(z.string(), tally),
  bias: z.looseObject({ first: z.number(), second: z.number(), of: z.number() }),
  agreement: z
    .looseObject({ metric: z.string(), agreed: z.number(), questions: z.number(), kappa: z.number().optional() })
    .optional(),
  cost: z.looseObject({ verdicts: z.number(), promptTokens: z.number(), answerTokens: z.number() }),
});
const judged = z.looseObject({
  outcome: z.enum(['win', 'tie', 'loss']),
  because: z.enum(['agreed', 'contradicted', 'unread', 'same']),
  why: z.array(z.string()).optional(),
  pairs: z.object({ wins: z.number(), ties: z.number(), losses: z.number() }).optional(),
});

const harnessValue = z.looseObject({ value: z.number(), error: z.number().optional() });
const harness = z.looseObject({
  version: z.string().optional(),
  limit: z.number().optional(),
  fewshot: z.number().optional(),
  metrics: z.array(
    z.looseObject({
      task: z.string(),
      metric: z.string(),
      filter: z.string().optional(),
      higherIsBetter: z.boolean().optional(),
      questions: z.number().optional(),
      before: harnessValue,
      after: harnessValue,
    }),
  ),
});

const style = z.looseObject({
  answers: z.number(),
  characters: z.number(),
  tokens: z.number().optional(),
  distinct: z.number().optional(),
  format: z.number().optional(),
  script: z.number().optional(),
  loops: z.number(),
});

/** What is read of the `report.json` of an evaluation; one of another version may have more. */
export const examReportSchema = z.looseObject({
  before: model,
  after: model,
  production: model.optional(),
  general: z
    .looseObject({
      questions: z.number(),
      before: z.number(),
      after: z.number(),
      gain,
      tooMuch: z.boolean().optional(),
    })
    .optional(),
  arms: z
    .array(
      z.looseObject({
        name: z.string(),
        model: z.enum(['before', 'after', 'production']),
        system: z.string().optional(),
        nearest: z.number().optional(),
        documents: z.looseObject({ documents: z.array(z.string()), parts: z.number() }).optional(),
        score: z.number().optional(),
        interval: bounds.optional(),
        gain: gain.optional(),
        compared: z.looseObject({ questions: z.number(), score: z.number(), after: z.number() }).optional(),
        cost,
      }),
    )
    .optional(),
  costs: z.looseObject({ before: cost, after: cost, production: cost.optional() }).optional(),
  metric: z.string(),
  verdict: z.string(),
  outcome: z.enum(['better', 'not_better', 'undecided']).optional(),
  gains: z.looseObject({ before: gain.optional(), production: gain.optional() }).optional(),
  manner: z.looseObject({ questions: z.number(), score: z.number(), dealt: z.number(), gain }).optional(),
  judged: z.number().optional(),
  style: z.record(z.string(), style).optional(),
  judge: judge.optional(),
  harness: harness.optional(),
  notes: z.array(z.custom<EvaluationNote>((note) => typeof note === 'object' && note !== null)).optional(),
  options: z.looseObject({ max_tokens: z.number() }),
  questions: z.array(
    z.looseObject({
      at: z.string(),
      question: z.string(),
      history: z.array(z.object({ role: z.string(), content: z.string() })).optional(),
      reference: z.string().optional(),
      other_references: z.array(z.string()).optional(),
      pattern: z.string().optional(),
      before: answer,
      after: answer,
      production: answer.optional(),
      verdicts: z.record(z.string(), judged).optional(),
    }),
  ),
});
export type ExamReport = z.infer<typeof examReportSchema>;

export interface ExamAnswer {
  side: Side;
  text: string;
  /** `stop` for a whole answer. */
  end: string;
  tokens: number;
  /** What the model thought before; no metric reads it. */
  thoughts?: string;
  /** Further answers to the question, drawn with other seeds; its score is the mean over all. */
  samples?: readonly { text: string; end: string }[];
  /** In the metric of the exam; absent without one, or where an incomplete answer leaves it open. */
  score?: number;
}

/** How the answer after the tuning scores against the one before it. */
export type Change = 'better' | 'equal' | 'worse';

export interface ExamQuestion {
  at: string;
  question: string;
  /** The messages before it. */
  history?: readonly { role: string; content: string }[];
  reference?: string;
  /** Further answers that would do. */
  otherReferences?: readonly string[];
  /** What the answer must hold. */
  pattern?: string;
  answers: readonly ExamAnswer[];
  change?: Change;
  /** What the judge says of the tuned model's answer beside each other one. */
  verdicts?: NonNullable<ExamReport['questions'][number]['verdicts']>;
}

export interface ExamModel {
  side: Side;
  name: string;
  digest: string;
  score?: number;
  /** Its means by every metric for which the questions have what it needs. */
  scores?: Readonly<Record<string, number>>;
  /** Where incomplete answers leave the score open. */
  range?: readonly [number, number];
  /** The 95 % interval of the score. */
  interval?: readonly [number, number];
  /** How far the answers to one question lie apart, where there are several: their standard deviation. */
  within?: number;
  /** By how much the tuned model scores higher than this one. */
  gain?: z.infer<typeof gain>;
  /** Means of its answers; where other ways to answer were tried. */
  cost?: z.infer<typeof cost>;
}

/** What a model that judges has said of all answers. */
export type ExamJudge = NonNullable<ExamReport['judge']>;

/** What lm-evaluation-harness measured. */
export type ExamHarness = NonNullable<ExamReport['harness']>;

/** Another way to answer: a system message, or rows or parts of documents before each question. */
export type ExamArm = NonNullable<ExamReport['arms']>[number];

export interface Exam {
  step: string;
  verdict: string;
  /** Whether the model is better by the rule of its step; absent without a metric. */
  better?: boolean;
  /** The means say better, and the questions are too few to tell. */
  isUndecided?: boolean;
  metric?: string;
  maxTokens: number;
  /** The questions whose scores are known, where those are not all. */
  judged?: number;
  models: readonly ExamModel[];
  arms: readonly ExamArm[];
  /** Shares of right answers to questions that the tuning did not teach. */
  general?: NonNullable<ExamReport['general']>;
  manner?: NonNullable<ExamReport['manner']>;
  judge?: ExamJudge;
  /** Benchmarks of lm-evaluation-harness. */
  harness?: ExamHarness;
  /** How the answers of each side are written, and the references; a side without an answer has none. */
  styles: Readonly<Record<string, z.infer<typeof style>>>;
  questions: readonly ExamQuestion[];
  changes: Readonly<Record<Change, number>>;
  notes: readonly EvaluationNote[];
}

const sides = ['before', 'production', 'after'] as const;

/** Lays out an evaluation question by question. `better`: the output of its step. */
export function examOf(step: string, report: ExamReport, better: unknown): Exam {
  const metric = report.metric === 'none' ? undefined : report.metric;
  const scoreIn = (found: Readonly<Record<string, number>> | undefined) => {
    const score = metric === undefined ? undefined : found?.[metric];
    return score === undefined ? {} : { score };
  };
  const questions = report.questions.map((each): ExamQuestion => {
    const answers = sides.flatMap((side) => {
      const given = each[side];
      if (!given) return [];
      const { text, end, tokens, thoughts, samples } = given;
      return [
        {
          side,
          text,
          end,
          tokens,
          ...(thoughts ? { thoughts } : {}),
          ...(samples ? { samples } : {}),
          ...scoreIn(given.scores),
        },
      ];
    });
    const change = changeOf(answers);
    return {
      at: each.at,
      question: each.question,
      ...(each.history ? { history: each.history } : {}),
      ...(each.reference === undefined ? {} : { reference: each.reference }),
      ...(each.other_references ? { otherReferences: each.other_references } : {}),
      ...(each.pattern === undefined ? {} : { pattern: each.pattern }),
      answers,
      ...(change === undefined ? {} : { change }),
      ...(each.verdicts ? { verdicts: each.verdicts } : {}),
    };
  });
  const count = (change: Change) => questions.filter((each) => each.change === change).length;
  return {
    step,
    verdict: report.verdict,
    ...(typeof better === 'boolean' ? { better } : {}),
    ...(report.outcome === 'undecided' ? { isUndecided: true } : {}),
    ...(metric === undefined ? {} : { metric }),
    maxTokens: report.options.max_tokens,
    ...(report.judged === undefined ? {} : { judged: report.judged }),
    models: sides.flatMap((side) => {
      const asked = report[side];
      if (!asked) return [];
      const range = metric === undefined ? undefined : asked.ranges?.[metric];
      const gain = side === 'after' ? undefined : report.gains?.[side];
      return [
        {
          ...{ side, name: asked.name, digest: asked.digest, ...scoreIn(asked.scores) },
          ...(asked.scores ? { scores: asked.scores } : {}),
          ...(range ? { range } : {}),
          ...(asked.interval ? { interval: asked.interval } : {}),
          ...(gain ? { gain } : {}),
          ...(asked.within === undefined ? {} : { within: asked.within }),
          ...(report.costs?.[side] ? { cost: report.costs[side] } : {}),
        },
      ];
    }),
    arms: report.arms ?? [],
    styles: report.style ?? {},
    ...(report.general ? { general: report.general } : {}),
    ...(report.manner ? { manner: report.manner } : {}),
    ...(report.judge ? { judge: report.judge } : {}),
    ...(report.harness ? { harness: report.harness } : {}),
    questions,
    changes: { better: count('better'), equal: count('equal'), worse: count('worse') },
    notes: report.notes ?? [],
  };
}

/** Scores closer than this differ by rounding alone. */
const tolerance = 1e-9;

function changeOf(answers: readonly ExamAnswer[]): Change | undefined {
  const scoreOf = (side: Side) => answers.find((each) => each.side === side)?.score;
  const [before, after] = [scoreOf('before'), scoreOf('after')];
  if (before === undefined || after === undefined) return undefined;
  if (Math.abs(after - before) <= tolerance) return 'equal';
  return after > before ? 'better' : 'worse';
}
