import { TemperError } from '../../core/errors/temper-error.ts';
import { type Handle, ollamaName, shortDigest } from '../../core/handles.ts';
import { OllamaServer } from '../../services/ollama/server.ts';
import type { Deps } from '../engine/deps.ts';
import { openPinned } from '../engine/pinned-files.ts';
import { step } from '../engine/step.ts';
import type { StepContext } from '../engine/step-context.ts';
import { type Answer, askQuestions } from './ask-questions.ts';
import { type AnsweredExam, cacheNextEvaluation, conclude, type Model } from './conclude.ts';
import { formatCount, listFirstTen, type Question, readQuestions } from './questions.ts';
import { type BySide, lastQuestion, sidesOf } from './report.ts';
import { type Scored, scoreAnswers } from './score-answers.ts';
import { findTrainedQuestions, refuseTrainedQuestions } from './trained-questions.ts';

type Context = StepContext<'evaluate'>;

/** Asks the models the same questions, greedily, and compares the answers with the references. */
export const evaluate = (deps: Deps) =>
  step('evaluate', deps, async (context) => {
    const { options, signal } = context;
    const questions = await readQuestions(context, await openPinned(deps, options.prompts, context.input.pins));
    if (options.metric !== 'none') refuseMissingReferences(questions);
    const server = new OllamaServer(deps.ollama.serving);
    const before = await identify(context, server, options.before);
    const after = await identify(context, server, options.after);
    const production = await findProduction(context, server);
    await refuseTrainedQuestions(deps.store, questions, [after, before], signal);
    const notes = production ? await noteTrainedQuestions(context, questions, production) : [];

    const models = { before, after, ...(production ? { production } : {}) };
    const answers = await askAll(context, server, questions, models);
    const judged = options.metric === 'none' ? undefined : await judge(context, questions, answers);
    const exam: AnsweredExam = { context, questions, models, answers, judged, notes };
    const done = await conclude(exam);
    if (options.production !== undefined && judged && production?.digest !== after.digest)
      await cacheNextEvaluation(exam, { name: options.production, digest: after.digest });
    return done;
  });

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
async function noteTrainedQuestions(context: Context, questions: readonly Question[], model: Model): Promise<string[]> {
  const known = await findTrainedQuestions(context.deps.store, questions, model, context.signal);
  if (known.length === 0) return [];
  const note = `${model.name} was trained on ${formatCount(known.length, 'question')} of these, so its score is too high`;
  await context.log(note);
  return [note];
}

function refuseMissingReferences(questions: readonly Question[]): void {
  const lacking = questions.filter(({ reference }) => reference === undefined || reference.trim() === '');
  if (lacking.length === 0) return;
  const lines = lacking.map((question) => `${question.at}: ${JSON.stringify(lastQuestion(question).slice(0, 120))}`);
  throw new TemperError(
    'NO_REFERENCE',
    `${lacking.length} of ${formatCount(questions.length, 'question')} without a reference answer:\n${listFirstTen(lines)}`,
  );
}

/** Asks one model after another, since two may not fit into memory. A model with several names is asked once. */
async function askAll(
  context: Context,
  server: OllamaServer,
  questions: readonly Question[],
  models: BySide<Model>,
): Promise<BySide<Answer[]>> {
  const { options, signal } = context;
  const sides = sidesOf(models).filter((side) => side !== 'production' || models[side]?.digest !== models.after.digest);
  const digests = [...new Set(sides.map((side) => models[side]!.digest))];
  const byDigest = new Map<string, Answer[]>();
  for (const side of sides) {
    const { name, digest } = models[side]!;
    if (byDigest.has(digest)) continue;
    const before = byDigest.size;
    const answers = await askQuestions(server, name, questions, {
      maxTokens: options.max_tokens,
      seed: options.seed,
      system: options.system,
      signal,
      onAnswer: (done) =>
        context.progress({
          phase: { code: 'asking', facts: { side, done, total: questions.length } },
          fraction: (before + done / questions.length) / digests.length,
        }),
    });
    byDigest.set(digest, answers);
  }
  return Object.fromEntries(sides.map((side) => [side, byDigest.get(models[side]!.digest)!])) as unknown as BySide<
    Answer[]
  >;
}

async function judge(
  context: Context,
  questions: readonly Question[],
  answers: BySide<Answer[]>,
): Promise<BySide<Scored>> {
  context.progress({ phase: { code: 'scoring', facts: {} } });
  const references = questions.map(({ reference }) => reference ?? '');
  const texts = sidesOf(answers).map((side) => [side, answers[side]!.map(({ text }) => text)]);
  return await scoreAnswers(context, references, Object.fromEntries(texts) as unknown as BySide<string[]>);
}
