import { TemperError } from '../../core/errors/temper-error.ts';
import { type Handle, ollamaName, shortDigest } from '../../core/handles.ts';
import { partsFor } from '../../core/metrics/metrics.ts';
import { scoreColumn, weighedMetrics, weightsOf } from '../../core/metrics/weights.ts';
import { type EvaluationNote, noteWords } from '../../core/words/evaluation-notes.ts';
import { plural } from '../../core/words/plural.ts';
import type { Answer, OwnForm } from '../../services/ollama/greedy-question.ts';
import { OllamaServer } from '../../services/ollama/server.ts';
import type { Deps } from '../engine/deps.ts';
import { openPinned } from '../engine/pinned-files.ts';
import { step } from '../engine/step.ts';
import type { StepContext } from '../engine/step-context.ts';
import { type AnsweredArm, askArms } from './arms/ask-arms.ts';
import { judgeArm } from './arms/compare-arms.ts';
import { type AnsweredExam, cacheNextEvaluation, conclude, type Model } from './conclude.ts';
import { notesOfForms, notesOfQuestions, notesOfTraining } from './exam-notes.ts';
import { askGeneral } from './general/ask-general.ts';
import { type GeneralQuestion, readGeneralQuestions, readOwnGeneralQuestions } from './general/general-questions.ts';
import { askHarness } from './harness/ask-harness.ts';
import { askJudge } from './judge/ask-judge.ts';
import { rivalsOf, withJudge } from './judge/judged-exam.ts';
import { openJudge } from './judge/open-judge.ts';
import { type Asked, askQuestions, type Cost } from './questions/ask-questions.ts';
import { fittingQuestions } from './questions/fitting-questions.ts';
import { type Question, readQuestions } from './questions/questions.ts';
import { refuseMissingParts } from './questions/refuse-missing-parts.ts';
import {
  lineageOfModel,
  questionsAmong,
  readTrainedRows,
  refuseTrainedQuestions,
  type TrainedForm,
  type TrainedRows,
} from './questions/trained-questions.ts';
import { type BySide, sidesOf } from './report/report.ts';
import { type Scored, scoreAnswers } from './scores/score-answers.ts';
import { sharesOf } from './shares.ts';

type Context = StepContext<'evaluate'>;

/** Asks the models the same questions, greedily, and compares the answers with the references. */
export const evaluate = (deps: Deps) =>
  step('evaluate', deps, async (context) => {
    const { options } = context;
    const all = await readQuestions(context, await openPinned(deps, options.prompts, context.input.pins));
    refuseMissingParts(all, partsFor(weighedMetrics(weightsOf(options))));
    const server = new OllamaServer(deps.ollama.serving);
    const before = await identify(context, server, options.before);
    const after = await identify(context, server, options.after);
    const production = await findProduction(context, server);
    const judge = await openJudge(context, async (name) => (await identify(context, server, name)).digest);
    const trained = await readTrained(context, all, after, before);
    const models = { before, after, ...(production ? { production } : {}) };
    const think = options.think === 'auto' ? trainedToThink(trained.form) : options.think;
    const shares = sharesOf(options, models);
    // First, since it is refused at once where a task cannot be asked.
    const harness = await askHarness(context, server, { models, share: shares.harness });
    const asked = await askAll(context, server, { questions: all, models, think, share: shares.sides });
    const { forms, costs } = asked;
    const { questions, answers, notes: left } = fittingQuestions(all, asked.answers);
    const arms = await askArms(context, server, { questions, models, think, share: shares.arms });
    const general =
      options.max_forgetting === undefined
        ? undefined
        : await askGeneral(context, server, {
            questions: await generalQuestions(context),
            models,
            share: shares.general,
          });
    const metric = scoreColumn(options);
    const rivals = rivalsOf(answers, arms, metric);
    const verdicts =
      judge && (await askJudge(context, { judge, questions, own: answers.after, rivals, share: shares.judge }));
    const compared = metric === 'none' ? undefined : await score(context, questions, answers, arms);
    const { sides: scored, arms: scoredArms } =
      (compared && verdicts ? withJudge(compared, verdicts.decisions) : compared) ?? {};
    const notes = [
      ...left,
      ...notesOfQuestions(questions),
      ...(production ? await noteTrainedQuestions(context, questions, production) : []),
      ...notesOfForms(forms, questions, options.system),
      ...notesOfTraining(trained.form, forms.after, questions, { think, system: options.system }),
    ];
    const judged = arms.map((arm) => judgeArm(arm, scoredArms?.[arm.name], scored?.after, metric));
    const exam: AnsweredExam = {
      ...{ context, questions, models, answers, scored, notes, think },
      ...(judged.length > 0 ? { arms: judged, costs } : {}),
      ...(general ? { general } : {}),
      ...(harness ? { harness } : {}),
      ...(verdicts ? { verdicts } : {}),
    };
    const done = await conclude(exam);
    const asksProduction = arms.some(({ model }) => model === 'production');
    if (options.production !== undefined && scored && production?.digest !== after.digest && !asksProduction)
      await cacheNextEvaluation(exam, { name: options.production, digest: after.digest });
    return done;
  });

/** Returns the rows that `after` was trained on. Throws if a question is among them, or among those of `before`. */
async function readTrained(
  context: Context,
  questions: readonly Question[],
  after: Model,
  before: Model,
): Promise<TrainedRows> {
  const read = async (model: Model) => {
    const { store } = context.deps;
    const rows = await readTrainedRows(store, await lineageOfModel(store, model), context.signal);
    const found = await questionsAmong(context, questions, rows);
    const asked = `${plural(found.length, 'question')} of the evaluation`;
    refuseTrainedQuestions(`${model.name} was trained on ${asked}`, found);
    return rows;
  };
  const rows = await read(after);
  await read(before);
  return rows;
}

/** Finds a model by its present name. Throws INPUT_CHANGED if the name no longer stands for the model that the run has pinned. */
async function identify(context: Context, server: OllamaServer, model: string | Handle): Promise<Model> {
  const found = await lookUp(context, server, model);
  if (!found) throw new TemperError('MODEL_NOT_IN_OLLAMA', `Ollama at ${server.url} has no model ${ollamaName(model)}`);
  return found;
}

/** Returns undefined if the document names no model in production, or if Ollama has none under that name yet. */
async function findProduction(context: Context, server: OllamaServer): Promise<Model | undefined> {
  const { production } = context.options;
  return production === undefined ? undefined : await lookUp(context, server, production);
}

async function lookUp(context: Context, server: OllamaServer, model: string | Handle): Promise<Model | undefined> {
  const name = ollamaName(model);
  const found = await server.find(name, context.signal);
  const expected = typeof model === 'string' ? context.input.pins.models[name] : model.digest;
  if (found && expected !== undefined && expected !== found.digest) {
    throw new TemperError(
      'INPUT_CHANGED',
      `${name} was ${shortDigest(expected)} when the run began, and is ${shortDigest(found.digest)} now`,
    );
  }
  return found && { name, digest: found.digest };
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

const trainedToThink = (form: TrainedForm | undefined) => !!form && form.rows > 0 && form.withThoughts === form.rows;

const generalQuestions = async (context: Context): Promise<GeneralQuestion[]> =>
  context.options.general === undefined
    ? await readGeneralQuestions()
    : await readOwnGeneralQuestions(
        context,
        await openPinned(context.deps, context.options.general, context.input.pins),
      );

/** Asks one model after another, since two may not fit into memory. A model with several names is asked once. */
async function askAll(
  context: Context,
  server: OllamaServer,
  {
    questions,
    models,
    think,
    share,
  }: { questions: readonly Question[]; models: BySide<Model>; think: boolean; share: (round: number) => number },
): Promise<{ answers: BySide<Answer[]>; forms: BySide<OwnForm>; costs: BySide<Cost> }> {
  const { options, signal } = context;
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
      onAnswer: (done) =>
        context.progress({
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

async function score(
  context: Context,
  questions: readonly Question[],
  answers: BySide<Answer[]>,
  arms: readonly AnsweredArm[],
): Promise<{ sides: BySide<Scored>; arms: Record<string, Scored> }> {
  context.progress({ phase: { code: 'scoring', facts: {} } });
  const ofArms = Object.fromEntries(arms.map((arm) => [arm.name, arm.answers]));
  const scored = await scoreAnswers(context, questions, { ...answers, ...ofArms });
  const sides = Object.fromEntries(sidesOf(answers).map((side) => [side, scored[side]!])) as BySide<Scored>;
  return { sides, arms: Object.fromEntries(arms.map(({ name }) => [name, scored[name]!])) };
}
