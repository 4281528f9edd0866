import { join } from 'node:path';
import { partsFor } from '../../core/metrics/metrics.ts';
import { weighedMetrics, weightsOf } from '../../core/metrics/weights.ts';
import { plural } from '../../core/words/plural.ts';
import { OllamaServer } from '../../services/ollama/server.ts';
import { openPinned } from '../engine/pinned-files.ts';
import type { StepContext } from '../engine/step-context.ts';
import { type LookUp, openLookUps } from './arms/look-up.ts';
import type { Model } from './conclude.ts';
import { findProduction, identify } from './find-models.ts';
import { type OpenJudge, openJudge } from './judge/open-judge.ts';
import { openKeptChats, type Remembered } from './questions/kept-chats.ts';
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
import type { BySide } from './report/report.ts';

type Context = StepContext<'evaluate'>;

/** Who is asked what, and all that the answers are looked up in. */
export interface OpenExam {
  server: OllamaServer;
  /** What models answered in an earlier attempt. */
  remembered: Remembered;
  /** Those among them that are too long for every model are only known once they are asked. */
  questions: readonly Question[];
  models: BySide<Model>;
  judge: OpenJudge | undefined;
  lookUps: ReadonlyMap<string, LookUp>;
  /** The form of the rows that `after` was trained on. */
  trained: TrainedForm | undefined;
  think: boolean;
}

/** Refuses what can be known to fail before a model is asked. */
export async function openExam(context: Context): Promise<OpenExam> {
  const { deps, options, input } = context;
  const questions = await readQuestions(context, await openPinned(deps, options.prompts, input.pins));
  refuseMissingParts(questions, partsFor(weighedMetrics(weightsOf(options))));
  const server = new OllamaServer(deps.ollama.serving);
  const before = await identify(context, server, options.before);
  const after = await identify(context, server, options.after);
  const production = await findProduction(context, server);
  const judge = await openJudge(context, async (name) => (await identify(context, server, name)).digest);
  const { form: trained } = await readTrained(context, questions, after, before);
  const lookUps = await openLookUps(context);
  const models = { before, after, ...(production ? { production } : {}) };
  const think = options.think === 'auto' ? trainedToThink(trained) : options.think;
  const remembered = await openKeptChats(join(context.folder, 'answers.jsonl'), await deps.servingVersion());
  return { server, remembered, questions, models, judge, lookUps, trained, think };
}

const trainedToThink = (form: TrainedForm | undefined) => !!form && form.rows > 0 && form.withThoughts === form.rows;

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
