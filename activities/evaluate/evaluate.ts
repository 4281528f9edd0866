import { scoreColumn } from '../../core/metrics/weights.ts';
import { type EvaluationNote, noteWords } from '../../core/words/evaluation-notes.ts';
import type { Deps } from '../engine/deps.ts';
import { step } from '../engine/step.ts';
import type { StepContext } from '../engine/step-context.ts';
import { judgeArm } from './arms/compare-arms.ts';
import { type AskedExam, askInRounds } from './ask-in-rounds.ts';
import { type AnsweredExam, cacheNextEvaluation, conclude, type Model } from './conclude.ts';
import { notesOfArms, notesOfForms, notesOfQuestions, notesOfTraining } from './exam-notes.ts';
import { withJudge } from './judge/judged-exam.ts';
import { type OpenExam, openExam } from './open-exam.ts';
import type { Question } from './questions/questions.ts';
import { lineageOfModel, questionsAmong, readTrainedRows } from './questions/trained-questions.ts';
import { type BySide, sidesOf } from './report/report.ts';
import { dealt, mannerOf } from './scores/dealt-answers.ts';
import { type Scored, scoreAnswers } from './scores/score-answers.ts';

type Context = StepContext<'evaluate'>;

/** Asks the models the same questions, greedily, and compares the answers with the references. */
export const evaluate = (deps: Deps) =>
  step('evaluate', deps, async (context) => {
    const opened = await openExam(context);
    const asked = await askInRounds(context, opened);
    const exam = await markExam(context, opened, asked);
    const done = await conclude(exam);
    const { production: name } = context.options;
    const { after, production } = opened.models;
    const asksProduction = asked.arms.some(({ model }) => model === 'production');
    if (name !== undefined && exam.scored && production?.digest !== after.digest && !asksProduction)
      await cacheNextEvaluation(exam, { name, digest: after.digest });
    return done;
  });

/** Scores the answers, and gathers what a reader must keep in mind. */
async function markExam(context: Context, opened: OpenExam, asked: AskedExam): Promise<AnsweredExam> {
  const { options } = context;
  const { models, trained, think } = opened;
  const { questions, answers, forms, costs, arms, general, harness, verdicts } = asked;
  const metric = scoreColumn(options);
  const compared = metric === 'none' ? undefined : await score(context, asked);
  const { sides: scored, arms: scoredArms } =
    (compared && verdicts ? withJudge(compared, verdicts.decisions) : compared) ?? {};
  const notes = [
    ...asked.notes,
    ...notesOfQuestions(questions),
    ...(models.production ? await noteTrainedQuestions(context, questions, models.production) : []),
    ...notesOfForms(forms, questions, options.system),
    ...notesOfTraining(trained, forms.after, questions, { think, system: options.system }),
    ...notesOfArms(arms, options.max_tokens),
  ];
  const manner = compared && mannerOf(compared.sides, compared.dealt, metric);
  const judged = arms.map((arm) => judgeArm(arm, scoredArms?.[arm.name], scored?.after, metric));
  return {
    ...{ context, questions, models, answers, scored, notes, think },
    ...(manner ? { manner } : {}),
    ...(judged.length > 0 ? { arms: judged, costs } : {}),
    ...(general ? { general } : {}),
    ...(harness ? { harness } : {}),
    ...(verdicts ? { verdicts } : {}),
  };
}

async function score(
  context: Context,
  { questions, answers, arms }: AskedExam,
): Promise<{ sides: BySide<Scored>; arms: Record<string, Scored>; dealt: Record<string, Scored> }> {
  context.progress({ phase: { code: 'scoring', facts: {} } });
  const ofArms = Object.fromEntries(arms.map((arm) => [arm.name, arm.answers]));
  const others = dealt(answers.after);
  const scored = await scoreAnswers(context, questions, { ...answers, ...ofArms, ...others });
  const sides = Object.fromEntries(sidesOf(answers).map((side) => [side, scored[side]!])) as BySide<Scored>;
  const named = (names: readonly string[]) => Object.fromEntries(names.map((name) => [name, scored[name]!]));
  return { sides, arms: named(Object.keys(ofArms)), dealt: named(Object.keys(others)) };
}

/**
 * Notes which questions the model in production was trained on. This is not refused: the model may be older than the
 * questions, and since it stays in production, every later run would fail.
 */
async function noteTrainedQuestions(
  context: Context,
  questions: readonly Question[],
  model: Model,
): Promise<EvaluationNote[]> {
  const { store } = context.deps;
  const rows = await readTrainedRows(store, await lineageOfModel(store, model), context.signal);
  const known = (await questionsAmong(context, questions, rows)).length;
  if (known === 0) return [];
  const note: EvaluationNote = { code: 'trained_questions', facts: { model: model.name, questions: known } };
  await context.log(noteWords(note));
  return [note];
}
