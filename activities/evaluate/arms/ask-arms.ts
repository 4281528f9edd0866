import type { Side } from '../../../core/words/evaluation-notes.ts';
import type { OllamaServer } from '../../../services/ollama/server.ts';
import type { StepContext } from '../../engine/step-context.ts';
import { type Askable, type Asked, askQuestions } from '../questions/ask-questions.ts';
import type { Remembered } from '../questions/kept-chats.ts';
import type { Question } from '../questions/questions.ts';
import type { DocumentsRead, LookUp } from './look-up.ts';

/** A way to answer, and the answers that it gave. */
export interface AnsweredArm extends Omit<Asked, 'forms'> {
  name: string;
  model: Side;
  system?: string | undefined;
  /** Of an arm that looks things up. */
  found?: Found;
}

export interface Found {
  /** Rows or parts before each question, at most. */
  nearest: number;
  among: { rows: number } | DocumentsRead;
  /** How many stood before each question, after those were left out that did not fit. */
  counts: readonly number[];
  /** How many were found for each. */
  wanted: readonly number[];
  /** Of parts: where they stand, by question. */
  places?: readonly (readonly string[])[];
}

interface Exam {
  questions: readonly Question[];
  /** By side; none in production if nothing is served yet. */
  models: Readonly<Partial<Record<Side, { name: string; digest: string }>>>;
  /** By arm that looks things up. */
  lookUps: ReadonlyMap<string, LookUp>;
  think: boolean;
  remembered: Remembered;
  /** The share of the evaluation that is done after so many rounds of questions. */
  share: (round: number) => number;
}

/** Asks each arm the questions, one arm after another. An arm whose model does not exist yet is left out. */
export async function askArms(
  context: StepContext<'evaluate'>,
  server: OllamaServer,
  { questions, models, lookUps, think, remembered, share }: Exam,
): Promise<AnsweredArm[]> {
  const { options, signal } = context;
  const arms = Object.entries(options.arms ?? {}).filter(([, { model }]) => models[model]);
  const answered: AnsweredArm[] = [];
  for (const [at, [name, { model, system, nearest }]] of arms.entries()) {
    const lookUp = lookUps.get(name);
    const informed = questions.map(({ messages }) => lookUp?.inform(messages, nearest) ?? []);
    const asked = questions.map(({ messages }, question): Askable => {
      const [first, ...shorter] = informed[question]!.map((each) => each.messages);
      return first ? { messages: first, shorter } : { messages };
    });
    const { forms, ...given } = await askQuestions(server, models[model]!.name, asked, {
      maxTokens: options.max_tokens,
      seed: options.seed,
      samples: options.samples,
      temperature: options.temperature,
      system: system ?? options.system,
      think,
      signal,
      remember: remembered(models[model]!.digest),
      onAnswer: (done) =>
        context.progress({
          phase: { code: 'asking', facts: { side: name, done, total: questions.length } },
          fraction: share(at + done / questions.length),
        }),
    });
    const found = lookUp && foundBy(lookUp, nearest, informed, forms);
    answered.push({ ...given, name, model, system, ...(found ? { found } : {}) });
  }
  return answered;
}

/** `forms`: how many of what was found for a question were left out for want of room. */
function foundBy(
  { among }: LookUp,
  nearest: number,
  informed: readonly ReturnType<LookUp['inform']>[],
  forms: readonly number[],
): Found {
  const places = informed.map((each, question) => each[forms[question]!]?.places ?? []);
  return {
    ...{ nearest, among },
    wanted: informed.map((each) => each.length),
    counts: informed.map((each, question) => Math.max(0, each.length - forms[question]!)),
    ...('documents' in among ? { places } : {}),
  };
}
