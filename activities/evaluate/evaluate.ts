import { TemperError } from '../../core/errors/temper-error.ts';
import { type Handle, ollamaName, shortDigest } from '../../core/handles.ts';
import { OllamaServer } from '../../services/ollama/server.ts';
import type { Deps } from '../engine/deps.ts';
import { openPinned } from '../engine/key.ts';
import { step } from '../engine/step.ts';
import type { StepContext } from '../engine/step-context.ts';
import { type Answer, askQuestions } from './ask-questions.ts';
import { type Asked, cacheNextEvaluation, conclude, type Model } from './conclude.ts';
import { firstTen, type Question, readQuestions, several } from './questions.ts';
import { type BySide, lastQuestion, sidesOf } from './report.ts';
import { type Scored, scoreAnswers } from './score-answers.ts';
import { questionsTrainedOn, refuseTrainedQuestions } from './trained-questions.ts';

type Context = StepContext<'evaluate'>;

/** Asks the models the same questions, greedily, and judges the answers by their references. */
export const evaluate = (deps: Deps) =>
  step('evaluate', deps, async (context) => {
    const { options, signal } = context;
    const questions = await readQuestions(context, await openPinned(deps, options.prompts, context.input.pins));
    if (options.metric !== 'none') refuseMissingReferences(questions);
    const server = new OllamaServer(deps.ollama.serving);
    const before = await identify(context, server, options.before);
    const after = await identify(context, server, options.after);
    const production = await inProduction(context, server);
    await refuseTrainedQuestions(deps.store, questions, [after, before], signal);
    const notes = production ? await whatProductionKnows(context, questions, production) : [];

    const models = { before, after, ...(production ? { production } : {}) };
    const answers = await askAll(context, server, questions, models);
    const judged = options.metric === 'none' ? undefined : await judge(context, questions, answers);
    const asked: Asked = { context, questions, models, answers, judged, notes };
    const done = await conclude(asked);
    if (options.production !== undefined && judged && production?.digest !== after.digest)
      await cacheNextEvaluation(asked, { name: options.production, digest: after.digest });
    return done;
  });

/** A model by its name now; one that is not the model this run has fixed is refused. */
async function identify(context: Context, server: OllamaServer, model: string | Handle): Promise<Model> {
  const found = await lookUp(context, server, model);
  if (!found) throw new TemperError('MODEL_NOT_IN_OLLAMA', `Ollama at ${server.url} has no model ${ollamaName(model)}`);
  return found;
}

/** Undefined where the document names none, or nothing is served under the name yet. */
async function inProduction(context: Context, server: OllamaServer): Promise<Model | undefined> {
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
      `${name} was ${shortDigest(expected)} when this run fixed it, and is ${shortDigest(found.digest)} now`,
    );
  }
  return found && { name, digest: found.digest };
}

/** It may have been trained before a row became a question. Refusing would refuse every night: it stays in production. */
async function whatProductionKnows(context: Context, questions: readonly Question[], model: Model): Promise<string[]> {
  const known = await questionsTrainedOn(context.deps.store, questions, model, context.signal);
  if (known.length === 0) return [];
  const note = `${model.name} was trained on ${several(known.length, 'question')} of these, so its score is better than it deserves`;
  await context.log(note);
  return [note];
}

function refuseMissingReferences(questions: readonly Question[]): void {
  const lacking = questions.filter(({ reference }) => reference === undefined || reference.trim() === '');
  if (lacking.length === 0) return;
  const lines = lacking.map((question) => `${question.at}: ${JSON.stringify(lastQuestion(question).slice(0, 120))}`);
  throw new TemperError(
    'NO_REFERENCE',
    `${several(lacking.length, 'question')} of ${questions.length} without a reference answer:\n${firstTen(lines)}`,
  );
}

/** One model after another: two side by side may not fit. Several names of one model give one set of answers. */
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
