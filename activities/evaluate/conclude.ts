import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Handle } from '../../core/handles.ts';
import type { HarnessReport } from '../../core/harness/harness-report.ts';
import { isRecord } from '../../core/json.ts';
import { verdictsOn } from '../../core/judge/judge-report.ts';
import type { ResolvedStep } from '../../core/kinds/options/resolve-options.ts';
import type { Scores } from '../../core/metrics/metrics.ts';
import { scoreColumn, weighedMetrics, weightsOf } from '../../core/metrics/weights.ts';
import type { Manner } from '../../core/statistics/manner.ts';
import type { EvaluationNote, Side } from '../../core/words/evaluation-notes.ts';
import type { Answer } from '../../services/ollama/greedy-question.ts';
import { writeStepRecord } from '../../services/store/reuse-index.ts';
import { stepKey } from '../engine/reuse/key.ts';
import type { StepContext, StepDone } from '../engine/step-context.ts';
import type { JudgedArm } from './arms/judged-arm.ts';
import { notesOfAnswers } from './exam-notes.ts';
import type { GeneralAbility } from './general/ask-general.ts';
import type { Verdicts } from './judge/ask-judge.ts';
import { notesOfJudge, reportOfJudge } from './judge/judged-exam.ts';
import type { Cost } from './questions/ask-questions.ts';
import { lastQuestion, type Question } from './questions/questions.ts';
import { type BySide, type EvaluationReport, renderReport, sidesOf } from './report/report.ts';
import { stylesOf } from './report/style.ts';
import { countIncomplete } from './scores/incomplete-answers.ts';
import {
  gainsOf,
  intervalsOf,
  isDecided,
  judgedQuestions,
  meansOf,
  rangesOf,
  worstFor,
} from './scores/known-scores.ts';
import type { Scored } from './scores/score-answers.ts';
import { type Comparison, describeVerdict, hasForgotten, outcomeOf, type Production } from './verdict.ts';

export interface Model {
  name: string;
  digest: string;
}

/** The answers of all models, and what is needed to write the report. */
export interface AnsweredExam {
  context: StepContext<'evaluate'>;
  questions: readonly Question[];
  models: BySide<Model>;
  /** Those of the model in production are absent if it is the judged model itself. */
  answers: BySide<Answer[]>;
  /** Undefined without a metric. */
  scored: BySide<Scored> | undefined;
  notes: readonly EvaluationNote[];
  think: boolean;
  /** How much of the score of `after` is manner. */
  manner?: Manner;
  /** Other ways to answer, and what the sides cost beside them. */
  arms?: readonly JudgedArm[];
  costs?: BySide<Cost>;
  /** Answers to questions that the tuning did not teach. */
  general?: GeneralAbility;
  /** What lm-evaluation-harness measured. */
  harness?: HarnessReport;
  /** What the judge said of the answers. */
  verdicts?: Verdicts;
}

/** Decides the verdict and publishes the report. */
export async function conclude(exam: AnsweredExam): Promise<StepDone<'evaluate'>> {
  const { context, questions, models, answers, scored, think } = exam;
  const { min_improvement, max_tokens, seed, system, samples, temperature } = context.options;
  const weights = weightsOf(context.options);
  const metric = scoreColumn(context.options);
  const means = scored && meansOf(scored);
  const judge = exam.verdicts && reportOfJudge(exam.verdicts, metric, scored);
  const comparison = { ...compare(exam, means), ...(judge ? { judge } : {}) };
  const { score, baseline, production, gains, rule } = comparison;
  const outcome = outcomeOf(comparison);
  const intervals: ReturnType<typeof intervalsOf> = scored && metric !== 'none' ? intervalsOf(scored, metric) : {};
  const verdict = describeVerdict(comparison);
  const notes = [
    ...notesOfAnswers({ models, answers, scored, weights, think }),
    ...exam.notes,
    ...(judge ? notesOfJudge(judge, models) : []),
  ];
  const report: EvaluationReport = {
    ...(Object.fromEntries(
      sidesOf(models).map((side) => {
        const ranges = scored?.[side] ? rangesOf(scored[side]) : {};
        const scores = means?.[side] ? { scores: means[side] } : {};
        const interval = intervals[side] ? { interval: intervals[side] } : {};
        const open = Object.keys(ranges).length > 0 ? { ranges } : {};
        const within = scored?.[side]?.within === undefined ? {} : { within: scored[side].within };
        return [side, { ...models[side]!, ...scores, ...open, ...interval, ...within }];
      }),
    ) as BySide<Model>),
    metric,
    ...(weights && weighedMetrics(weights).length > 1 ? { weights } : {}),
    verdict,
    ...(gains ? { outcome, rule, gains } : {}),
    ...(exam.manner ? { manner: exam.manner } : {}),
    ...(exam.general ? { general: { ...exam.general, tooMuch: hasForgotten(comparison) } } : {}),
    ...(exam.harness ? { harness: exam.harness } : {}),
    ...(judge ? { judge } : {}),
    ...(exam.arms ? { arms: exam.arms, costs: exam.costs! } : {}),
    ...incompleteFacts(exam, comparison),
    style: stylesOf(questions, answers),
    ...(notes.length > 0 ? { notes } : {}),
    options: {
      max_tokens,
      seed,
      system,
      think,
      ...(temperature ? { temperature, samples: samples ?? 1 } : {}),
      ...(min_improvement > 0 ? { min_improvement } : {}),
    },
    questions: questions.map((question, index) => ({
      at: question.at,
      question: lastQuestion(question),
      ...(question.messages.length > 1 ? { history: question.messages.slice(0, -1) } : {}),
      ...scoredBy(question),
      ...(Object.fromEntries(
        sidesOf(answers).map((side) => {
          const answer = answers[side]![index]!;
          const isKnown = metric !== 'none' && scored?.[side] && isDecided(scored[side], index, metric);
          const scores = isKnown ? scored[side]!.each[index] : undefined;
          return [side, { ...answer, ...(scores ? { scores } : {}) }];
        }),
      ) as BySide<Answer>),
      ...(exam.verdicts ? { verdicts: verdictsOn(exam.verdicts.decisions, index) } : {}),
    })),
  };
  const staging = await context.stage();
  await writeFile(join(staging, 'files', 'report.json'), `${JSON.stringify(report, null, 1)}\n`);
  await writeFile(join(staging, 'files', 'report.md'), renderReport(report));
  const digests = sidesOf(models).map((side) => [side, models[side]!.digest]);
  const handle = await context.publish(staging, 'report', { ...Object.fromEntries(digests), metric });
  const numbers = scored
    ? {
        score: score ?? null,
        baseline: baseline ?? null,
        gain: score === undefined || baseline === undefined ? null : score - baseline,
        ...(production ? { production: scoreInProduction(production, score) } : {}),
        gain_low: gains?.before?.low ?? null,
        gain_high: gains?.before?.high ?? null,
        content_low: exam.manner?.gain.low ?? null,
        better: outcome === 'better',
        incomplete: questions.length - (comparison.judged ?? questions.length),
      }
    : {};
  const won = judge?.against.before;
  const shares = judge
    ? {
        judge_wins: won?.share ?? null,
        judge_wins_low: won?.interval?.[0] ?? null,
        judge_wins_high: won?.interval?.[1] ?? null,
      }
    : {};
  return { outputs: { ...numbers, ...shares, questions: questions.length, report: handle, verdict }, summary: verdict };
}

/** The first reference stands alone, as it did when there was one. */
const scoredBy = ({ references: [reference, ...others], pattern, schema }: Question) => ({
  ...(reference === undefined ? {} : { reference }),
  ...(others.length > 0 ? { other_references: others } : {}),
  ...(pattern === undefined ? {} : { pattern }),
  ...(schema === undefined ? {} : { schema }),
});

function compare(exam: AnsweredExam, means: BySide<Scores> | undefined): Comparison {
  const { context, questions, models, answers, scored } = exam;
  const { min_improvement, max_forgetting, max_tokens, production: served } = context.options;
  const metric = scoreColumn(context.options);
  const mean = (side: Side) => (metric === 'none' ? undefined : means?.[side]?.[metric]);
  // Without a metric every incomplete answer is told, otherwise those whose score is unknown.
  const isUnknown = (side: Side, question: number) =>
    metric === 'none' || !scored || !isDecided(scored[side]!, question, metric);
  const counts = countSides(exam, (side) => answers[side]!.filter((_, question) => isUnknown(side, question)));
  const worst = metric === 'none' || !scored ? undefined : worstFor(scored, metric);
  return {
    metric,
    questions: questions.length,
    judged: metric === 'none' || !scored ? undefined : judgedQuestions(scored, metric).length,
    score: mean('after'),
    baseline: mean('before'),
    production: served === undefined ? undefined : placeProduction(served, models, mean('production')),
    minImprovement: min_improvement,
    rule: ruleOf(context.resolved),
    arms: exam.arms ?? [],
    ...(exam.manner ? { manner: exam.manner } : {}),
    ...(exam.general ? { general: { ...exam.general, max: max_forgetting ?? 1 } } : {}),
    ...(exam.harness ? { harness: exam.harness } : {}),
    ...(scored && metric !== 'none' ? { gains: gainsOf(scored, metric) } : {}),
    ...(counts.length > 0 ? { incomplete: { counts, maxTokens: max_tokens, worst } } : {}),
  };
}

/** A plan that was stored before there was a choice means what it meant then. */
const ruleOf = ({ filled, options }: ResolvedStep<'evaluate'>) =>
  isRecord(filled) && filled.better === undefined ? 'mean' : options.better;

/** For the report: all incomplete answers, also those whose score is known. */
function incompleteFacts(exam: AnsweredExam, { judged, incomplete }: Comparison): Partial<EvaluationReport> {
  const counts = countSides(exam, (side) => exam.answers[side]!);
  if (counts.length === 0) return {};
  const { max_tokens: maxTokens } = exam.context.options;
  return { ...(judged === undefined ? {} : { judged }), incomplete: { counts, maxTokens, worst: incomplete?.worst } };
}

const countSides = ({ answers }: AnsweredExam, some: (side: Side) => readonly Answer[]) =>
  sidesOf(answers)
    .map((side) => ({ side, counts: countIncomplete(some(side)) }))
    .filter(({ counts }) => Object.values(counts).some((count) => count > 0));

function placeProduction(name: string, { after, production }: BySide<Model>, score: number | undefined): Production {
  if (!production) return { name, is: 'absent' };
  if (production.digest === after.digest) return { name, is: 'candidate' };
  return { name, is: 'other', ...(score === undefined ? {} : { score }) };
}

const scoreInProduction = (production: Production, score: number | undefined) =>
  production.is === 'candidate' ? (score ?? null) : production.is === 'other' ? (production.score ?? null) : null;

/**
 * Records the result of the next evaluation if the candidate is promoted. The next run then evaluates the same models, with
 * the candidate itself in production, and all its answers are known now. The record has the key of that evaluation.
 */
export async function cacheNextEvaluation(exam: AnsweredExam, production: Model): Promise<void> {
  const { context, models, scored, answers } = exam;
  const { deps, input } = context;
  const pins = { ...input.pins, models: { ...input.pins.models, [production.name]: production.digest } };
  const { key, ingredients } = await stepKey(deps, context.resolved, pins);
  if (key === undefined) return;
  const { production: _, ...scores } = scored!;
  const { production: __, ...texts } = answers;
  const notes = exam.notes.filter(({ code }) => code !== 'trained_questions');
  const { verdicts } = exam;
  const { production: ___, ...decisions } = verdicts?.decisions ?? {};
  const judged = verdicts ? { verdicts: { ...verdicts, decisions } } : {};
  const next: AnsweredExam = {
    ...exam,
    ...judged,
    notes,
    models: { ...models, production },
    scored: scores,
    answers: texts,
  };
  const { outputs, summary } = await conclude(next);
  const artifacts = [(outputs.report as Handle).digest];
  const { runId, step } = input;
  const finishedAt = new Date().toISOString();
  const record = { key, uses: 'evaluate' as const, runId, step, outputs, summary, artifacts, ingredients, finishedAt };
  await writeStepRecord(deps.store.root, record);
}
