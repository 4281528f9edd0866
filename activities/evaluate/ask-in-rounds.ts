import type { HarnessReport } from '../../core/harness/harness-report.ts';
import { scoreColumn } from '../../core/metrics/weights.ts';
import type { EvaluationNote } from '../../core/words/evaluation-notes.ts';
import type { Answer, OwnForm } from '../../services/ollama/greedy-question.ts';
import { openPinned } from '../engine/pinned-files.ts';
import type { StepContext } from '../engine/step-context.ts';
import { type AnsweredArm, askArms } from './arms/ask-arms.ts';
import { askGeneral, type GeneralAbility } from './general/ask-general.ts';
import { type GeneralQuestion, readGeneralQuestions, readOwnGeneralQuestions } from './general/general-questions.ts';
import { askHarness } from './harness/ask-harness.ts';
import { askJudge, type Verdicts } from './judge/ask-judge.ts';
import { rivalsOf } from './judge/judged-exam.ts';
import type { OpenExam } from './open-exam.ts';
import { type Asked, askQuestions, type Cost } from './questions/ask-questions.ts';
import { fittingQuestions } from './questions/fitting-questions.ts';
import type { Question } from './questions/questions.ts';
import { type BySide, sidesOf } from './report/report.ts';
import { roundsOf, sharesOf } from './rounds.ts';

type Context = StepContext<'evaluate'>;

/** All that was answered. */
export interface AskedExam {
  /** Without those that are too long for every model, which `notes` name. */
  questions: readonly Question[];
  notes: readonly EvaluationNote[];
  answers: BySide<Answer[]>;
  forms: BySide<OwnForm>;
  costs: BySide<Cost>;
  arms: readonly AnsweredArm[];
  general?: GeneralAbility;
  harness?: HarnessReport;
  verdicts?: Verdicts;
}

/** Asks in every way that the step names, one after another. */
export async function askInRounds(context: Context, opened: OpenExam): Promise<AskedExam> {
  const { options } = context;
  const { server, models, lookUps, think, judge, remembered } = opened;
  const rounds = roundsOf(options, models);
  const share = sharesOf(rounds);
  // First, since it is refused at once where a task cannot be asked.
  const harness = await askHarness(context, server, { models, share: share.harness });
  const { forms, costs, answers: all } = await askSides(context, opened, share.sides);
  const { questions, answers, notes } = fittingQuestions(opened.questions, all);
  const arms = await askArms(context, server, {
    ...{ questions, models, lookUps, think, remembered, share: share.arms },
  });
  const general =
    rounds.general > 0
      ? await askGeneral(context, server, {
          ...{ questions: await generalQuestions(context), models, remembered, share: share.general },
        })
      : undefined;
  const rivals = rivalsOf(answers, arms, scoreColumn(options));
  const verdicts =
    judge &&
    (await askJudge(context, {
      ...{ judge, questions, own: answers.after, rivals },
      share: (done) => share.judge(rounds.judge * done),
    }));
  return {
    ...{ questions, notes, answers, forms, costs, arms },
    ...(general ? { general } : {}),
    ...(harness ? { harness } : {}),
    ...(verdicts ? { verdicts } : {}),
  };
}

/** Asks one model after another, since two may not fit into memory. A model with several names is asked once. */
async function askSides(
  { options, signal, progress }: Context,
  { server, questions, models, think, remembered }: OpenExam,
  share: (round: number) => number,
): Promise<{ answers: BySide<Answer[]>; forms: BySide<OwnForm>; costs: BySide<Cost> }> {
  const sides = sidesOf(models).filter((side) => side !== 'production' || models[side]?.digest !== models.after.digest);
  const byDigest = new Map<string, Asked>();
  for (const side of sides) {
    const { name, digest } = models[side]!;
    if (byDigest.has(digest)) continue;
    const before = byDigest.size;
    const asked = await askQuestions(server, name, questions, {
      maxTokens: options.max_tokens,
      seed: options.seed,
      samples: options.samples,
      temperature: options.temperature,
      system: options.system,
      think,
      signal,
      remember: remembered(digest),
      onAnswer: (done) =>
        progress({
          phase: { code: 'asking', facts: { side, done, total: questions.length } },
          fraction: share(before + done / questions.length),
        }),
    });
    byDigest.set(digest, asked);
  }
  const each = <T>(value: (asked: Asked) => T) =>
    Object.fromEntries(sides.map((side) => [side, value(byDigest.get(models[side]!.digest)!)])) as BySide<T>;
  return { answers: each(({ answers }) => answers), forms: each(({ form }) => form), costs: each(({ cost }) => cost) };
}

const generalQuestions = async (context: Context): Promise<GeneralQuestion[]> =>
  context.options.general === undefined
    ? await readGeneralQuestions()
    : await readOwnGeneralQuestions(
        context,
        await openPinned(context.deps, context.options.general, context.input.pins),
      );
