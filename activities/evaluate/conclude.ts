import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Handle } from '../../core/handles.ts';
import { writeStepRecord } from '../../services/store/reuse-index.ts';
import { stepKey } from '../engine/reuse/key.ts';
import type { StepContext, StepDone } from '../engine/step-context.ts';
import type { Answer } from './ask-questions.ts';
import type { Question } from './questions.ts';
import { type BySide, type EvaluationReport, lastQuestion, renderReport, sidesOf } from './report.ts';
import type { Scored } from './score-answers.ts';
import { type Comparison, describeVerdict, isBetter, type Production } from './verdict.ts';

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
  judged: BySide<Scored> | undefined;
  notes: readonly string[];
}

/** Decides the verdict and publishes the report. */
export async function conclude({
  context,
  questions,
  models,
  answers,
  judged,
  notes,
}: AnsweredExam): Promise<StepDone<'evaluate'>> {
  const { metric, min_improvement, max_tokens, seed, system, production: served } = context.options;
  const mean = (side: Scored | undefined) => (metric === 'none' ? undefined : side?.mean[metric]);
  const [score, baseline] = [mean(judged?.after), mean(judged?.before)];
  const production = served === undefined ? undefined : placeProduction(served, models, mean(judged?.production));
  const comparison: Comparison = {
    metric,
    questions: questions.length,
    score,
    baseline,
    production,
    minImprovement: min_improvement,
  };
  const verdict = describeVerdict(comparison);
  const named = sidesOf(models).map((side) => [
    side,
    { ...models[side], ...(judged?.[side] ? { scores: judged[side].mean } : {}) },
  ]);
  const report: EvaluationReport = {
    ...(Object.fromEntries(named) as BySide<Model>),
    metric,
    verdict,
    ...(notes.length > 0 ? { notes } : {}),
    options: { max_tokens, seed, system, ...(min_improvement > 0 ? { min_improvement } : {}) },
    questions: questions.map((question, index) => ({
      at: question.at,
      question: lastQuestion(question),
      ...(question.reference === undefined ? {} : { reference: question.reference }),
      ...(Object.fromEntries(
        sidesOf(answers).map((side) => [
          side,
          { ...answers[side]![index]!, ...(judged?.[side] ? { scores: judged[side].each[index]! } : {}) },
        ]),
      ) as BySide<Answer>),
    })),
  };
  const staging = await context.stage();
  await writeFile(join(staging, 'files', 'report.json'), `${JSON.stringify(report, null, 1)}\n`);
  await writeFile(join(staging, 'files', 'report.md'), renderReport(report));
  const digests = sidesOf(models).map((side) => [side, models[side]!.digest]);
  const handle = await context.publish(staging, 'report', { ...Object.fromEntries(digests), metric });
  const numbers =
    score === undefined || baseline === undefined
      ? {}
      : {
          score,
          baseline,
          gain: score - baseline,
          ...(production ? { production: scoreInProduction(production, score) } : {}),
          better: isBetter(comparison),
        };
  return { outputs: { ...numbers, questions: questions.length, report: handle, verdict }, summary: verdict };
}

function placeProduction(name: string, { after, production }: BySide<Model>, score: number | undefined): Production {
  if (!production) return { name, is: 'absent' };
  if (production.digest === after.digest) return { name, is: 'candidate' };
  return { name, is: 'other', ...(score === undefined ? {} : { score }) };
}

const scoreInProduction = (production: Production, score: number) =>
  production.is === 'candidate' ? score : production.is === 'other' ? (production.score ?? null) : null;

/**
 * Records the result of the next evaluation if the candidate is promoted. The next run then evaluates the same models, with
 * the candidate itself in production, and all its answers are known now. The record has the key of that evaluation.
 */
export async function cacheNextEvaluation(exam: AnsweredExam, production: Model): Promise<void> {
  const { context, models, judged, answers } = exam;
  const { deps, input } = context;
  const pins = { ...input.pins, models: { ...input.pins.models, [production.name]: production.digest } };
  const { key, ingredients } = await stepKey(deps, context.resolved, pins);
  if (key === undefined) return;
  const { production: _, ...scores } = judged!;
  const { production: __, ...texts } = answers;
  const next: AnsweredExam = { ...exam, notes: [], models: { ...models, production }, judged: scores, answers: texts };
  const { outputs, summary } = await conclude(next);
  const artifacts = [(outputs.report as Handle).digest];
  const { runId, step } = input;
  const finishedAt = new Date().toISOString();
  const record = { key, uses: 'evaluate' as const, runId, step, outputs, summary, artifacts, ingredients, finishedAt };
  await writeStepRecord(deps.store.root, record);
}
