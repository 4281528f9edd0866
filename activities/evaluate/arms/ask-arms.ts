import type { Side } from '../../../core/words/evaluation-notes.ts';
import type { OllamaServer } from '../../../services/ollama/server.ts';
import type { StepContext } from '../../engine/step-context.ts';
import { type Asked, askQuestions } from '../questions/ask-questions.ts';
import type { Question } from '../questions/questions.ts';
import { openRows, type RowSearch } from './nearest-rows.ts';

/** A way to answer, and the answers that it gave. */
export interface AnsweredArm extends Asked {
  name: string;
  model: Side;
  system?: string | undefined;
  /** Rows before each question. */
  nearest?: number;
}

interface Exam {
  questions: readonly Question[];
  /** By side; none in production if nothing is served yet. */
  models: Readonly<Partial<Record<Side, { name: string }>>>;
  think: boolean;
  /** The share of the evaluation that is done after so many rounds of questions. */
  share: (round: number) => number;
}

/** Asks each arm the questions, one arm after another. An arm whose model does not exist yet is left out. */
export async function askArms(
  context: StepContext<'evaluate'>,
  server: OllamaServer,
  { questions, models, think, share }: Exam,
): Promise<AnsweredArm[]> {
  const { options, signal, deps } = context;
  const arms = Object.entries(options.arms ?? {}).filter(([, { model }]) => models[model]);
  const answered: AnsweredArm[] = [];
  for (const [at, [name, { model, system, rows, nearest }]] of arms.entries()) {
    const search = rows && (await openRows((await deps.store.open(rows, { signal })).path));
    const asked = await askQuestions(server, models[model]!.name, withRows(questions, search, nearest), {
      maxTokens: options.max_tokens,
      seed: options.seed,
      samples: options.samples,
      temperature: options.temperature,
      system: system ?? options.system,
      think,
      signal,
      onAnswer: (done) =>
        context.progress({
          phase: { code: 'asking', facts: { side: name, done, total: questions.length } },
          fraction: share(at + done / questions.length),
        }),
    });
    answered.push({ ...asked, name, model, system, ...(rows ? { nearest } : {}) });
  }
  return answered;
}

/** The nearest row stands last, where a model heeds it most. */
function withRows(questions: readonly Question[], search: RowSearch | undefined, nearest: number): readonly Question[] {
  if (!search) return questions;
  return questions.map((question) => {
    const own = question.messages.filter(({ role }) => role === 'system');
    const turns = question.messages.filter(({ role }) => role !== 'system');
    const asked = turns.filter(({ role }) => role === 'user').map(({ content }) => content);
    const rows = search.nearest(asked.join('\n'), nearest).toReversed().flat();
    return { ...question, messages: [...own, ...rows, ...turns] };
  });
}
