import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Handle } from '../../core/handles.ts';
import { writeStepRecord } from '../../services/store/reuse-index.ts';
import { stepKey } from '../engine/key.ts';
import type { StepContext, StepDone } from '../engine/step-context.ts';
import type { Answer } from './ask-questions.ts';
import type { Question } from './questions.ts';
import { type BySide, type EvaluationReport, lastQuestion, renderReport, sidesOf } from './report.ts';
import type { Scored } from './score-answers.ts';
import { isBetter, type Judgement, type Production, verdictOf } from './verdict.ts';

export interface Model {
  name: string;
  digest: string;
}

/** All that is known when every question has been answered. */
export interface Asked {
  context: StepContext<'evaluate'>;
  questions: readonly Question[];
  models: BySide<Model>;
  /** Of the model in production only where it is not the one that is judged. */
  answers: BySide<Answer[]>;
  /** Undefined without a metric. */
  judged: BySide<Scored> | undefined;
  notes: readonly string[];
}

/** Scores, verdict and report of what was answered. */
export async function conclude({
  context,
  questions,
  models,
  answers,
  judged,
  notes,
}: Asked): Promise<StepDone<'evaluate'>> {
  const { metric, min_improvement, max_tokens, seed, system, production: served } = context.options;
  const mean = (side: Scored | undefined) => (metric === 'none' ? undefined : side?.mean[metric]);
  const [score, baseline] = [mean(judged?.after), mean(judged?.before)];
  const production = served === undefined ? undefined : standing(served, models, mean(judged?.production));
  const judgement: Judgement = {
    metric,
    questions: questions.length,
    score,
    baseline,
    production,
    minImprovement: min_improvement,
  };
  const verdict = verdictOf(judgement);
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
          better: isBetter(judgement),
        };
  return { outputs: { ...numbers, questions: questions.length, report: handle, verdict }, summary: verdict };
}

function standing(name: string, { after, production }: BySide<Model>, score: number | undefined): Production {
  if (!production) return { name, is: 'absent' };
  if (production.digest === after.digest) return { name, is: 'candidate' };
  return { name, is: 'other', ...(score === undefined ? {} : { score }) };
}

const scoreInProduction = (production: Production, score: number) =>
  production.is === 'candidate' ? score : production.is === 'other' ? (production.score ?? null) : null;

/**
 * The night after a promotion has the same models to judge, with the candidate itself in production. Nothing would be
 * asked then that was not asked now, so the answer is written down under the key that the night will have.
 */
export async function cacheNextEvaluation(asked: Asked, production: Model): Promise<void> {
  const { context, models, judged, answers } = asked;
  const { deps, input } = context;
  const pins = { ...input.pins, models: { ...input.pins.models, [production.name]: production.digest } };
  const { key, ingredients } = await stepKey(deps, context.resolved, pins);
  if (key === undefined) return;
  const { production: _, ...scores } = judged!;
  const { production: __, ...texts } = answers;
  const then: Asked = { ...asked, notes: [], models: { ...models, production }, judged: scores, answers: texts };
  const { outputs, summary } = await conclude(then);
  const artifacts = [(outputs.report as Handle).digest];
  const { runId, step } = input;
  const finishedAt = new Date().toISOString();
  const record = { key, uses: 'evaluate' as const, runId, step, outputs, summary, artifacts, ingredients, finishedAt };
  await writeStepRecord(deps.store.root, record);
}
