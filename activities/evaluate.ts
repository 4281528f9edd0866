import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type Handle, ollamaName } from '../core/handles.ts';
import { TemperError } from '../core/temper-error.ts';
import { OllamaServer } from '../services/ollama.ts';
import type { Deps } from './deps.ts';
import { type Answer, askQuestions } from './evaluation/ask-questions.ts';
import { firstTen, type Question, readQuestions, several } from './evaluation/questions.ts';
import { type EvaluationReport, lastQuestion, renderReport, verdictOf } from './evaluation/report.ts';
import { scoreAnswers } from './evaluation/score-answers.ts';
import { refuseTrainedQuestions } from './evaluation/trained-questions.ts';
import { openPinned } from './key.ts';
import { type StepContext, step } from './step.ts';

type Context = StepContext<'evaluate'>;

/** Asks two models the same questions, greedily, and judges the answers by their references. */
export const evaluate = (deps: Deps) =>
  step('evaluate', deps, async (context) => {
    const { options, signal } = context;
    const questions = await readQuestions(await openPinned(deps, options.prompts, context.input.pins), signal);
    if (options.metric !== 'none') refuseMissingReferences(questions);
    const server = new OllamaServer(deps.ollama.serving);
    const before = await identify(context, server, options.before);
    const after = await identify(context, server, options.after);
    await refuseTrainedQuestions(deps.store, questions, [after, before], signal);

    const answers = await askBoth(context, server, questions, before, after);
    const judged = options.metric === 'none' ? undefined : await judge(context, questions, answers);
    const [score, baseline] =
      options.metric === 'none' ? [] : [judged?.after.mean[options.metric], judged?.before.mean[options.metric]];
    const verdict = verdictOf(options.metric, questions.length, score, baseline);
    const report: EvaluationReport = {
      before: { ...before, ...(judged ? { scores: judged.before.mean } : {}) },
      after: { ...after, ...(judged ? { scores: judged.after.mean } : {}) },
      metric: options.metric,
      verdict,
      options: { max_tokens: options.max_tokens, seed: options.seed, system: options.system },
      questions: questions.map((question, index) => ({
        at: question.at,
        question: lastQuestion(question),
        ...(question.reference === undefined ? {} : { reference: question.reference }),
        before: { ...answers.before[index]!, ...(judged ? { scores: judged.before.each[index]! } : {}) },
        after: { ...answers.after[index]!, ...(judged ? { scores: judged.after.each[index]! } : {}) },
      })),
    };
    const staging = await context.stage();
    await writeFile(join(staging, 'files', 'report.json'), `${JSON.stringify(report, null, 1)}\n`);
    await writeFile(join(staging, 'files', 'report.md'), renderReport(report));
    const handle = await context.publish(staging, 'report', { before: before.digest, after: after.digest });
    const numbers = score === undefined || baseline === undefined ? {} : { score, baseline, gain: score - baseline };
    return { outputs: { ...numbers, questions: questions.length, report: handle, verdict }, summary: verdict };
  });

/** A model by its name now; one that is not the model this run has fixed is refused. */
async function identify(
  context: Context,
  server: OllamaServer,
  model: string | Handle,
): Promise<{ name: string; digest: string }> {
  const name = ollamaName(model);
  const found = await server.find(name, context.signal);
  if (!found) throw new TemperError('MODEL_NOT_IN_OLLAMA', `Ollama at ${server.url} has no model ${name}`);
  const expected = typeof model === 'string' ? context.input.pins.models[name] : model.digest;
  if (expected !== undefined && expected !== found.digest) {
    throw new TemperError(
      'INPUT_CHANGED',
      `${name} was ${expected.slice(7, 19)} when this run fixed it, and is ${found.digest.slice(7, 19)} now`,
    );
  }
  return { name, digest: found.digest };
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

interface Answers {
  before: Answer[];
  after: Answer[];
}

async function askBoth(
  context: Context,
  server: OllamaServer,
  questions: readonly Question[],
  before: { name: string; digest: string },
  after: { name: string; digest: string },
): Promise<Answers> {
  const { options, signal } = context;
  const total = 2 * questions.length;
  const ask = async (which: 'before' | 'after', model: string, asked: number) =>
    await askQuestions(server, model, questions, {
      maxTokens: options.max_tokens,
      seed: options.seed,
      system: options.system,
      signal,
      onAnswer: (done) =>
        context.progress({
          phase: `${which}: question ${done} of ${questions.length}`,
          fraction: (asked + done) / total,
        }),
    });
  const first = await ask('before', before.name, 0);
  // Two names of one model give one set of answers.
  return {
    before: first,
    after: before.digest === after.digest ? first : await ask('after', after.name, questions.length),
  };
}

async function judge(context: Context, questions: readonly Question[], answers: Answers) {
  context.progress({ phase: 'scoring' });
  const references = questions.map(({ reference }) => reference ?? '');
  const texts = (side: Answer[]) => side.map(({ text }) => text);
  return await scoreAnswers(context, references, { before: texts(answers.before), after: texts(answers.after) });
}
