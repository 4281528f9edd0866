import { promptTooLong, saysAnswerUnread } from '../../../services/ollama/failures.ts';
import {
  type Answer,
  type Asking,
  type OwnForm,
  ownForm,
  questionFor,
  readAnswer,
  withoutThoughts,
} from '../../../services/ollama/greedy-question.ts';
import type { Chatted, Message } from '../../../services/ollama/messages.ts';
import { renderChat } from '../../../services/ollama/render-chat.ts';
import type { OllamaServer } from '../../../services/ollama/server.ts';
import type { Remember } from './kept-chats.ts';
import type { Question } from './questions.ts';

export interface Asked {
  answers: Answer[];
  /** Which of its forms each question was answered in: 0 for its messages, 1 for the first shorter form. */
  forms: number[];
  form: OwnForm;
  cost: Cost;
}

/** Means over the answers of which Ollama tells it, by its own clock: without the time in which it loads the model. */
export interface Cost {
  seconds: number;
  promptTokens: number;
  answerTokens: number;
}

interface AskOptions extends Asking {
  signal: AbortSignal;
  onAnswer: (done: number) => void;
  /** Answers to each question. */
  samples?: number | undefined;
  /** Of the model that is asked. */
  remember?: Remember | undefined;
}

/** A question, and shorter forms of it for a model in whose context it does not fit. */
export type Askable = Pick<Question, 'messages'> & { shorter?: readonly (readonly Message[])[] };

/** Asks one model every question, one after another, and then unloads it. */
export async function askQuestions(
  server: OllamaServer,
  model: string,
  questions: readonly Askable[],
  options: AskOptions,
): Promise<Asked> {
  const { signal } = options;
  const own = ownForm(await server.show(model, signal));
  /** Undefined if it has no room and there is a shorter form: all answers to a question are to the same prompt. */
  const draw = async (messages: readonly Message[], isShortest: boolean): Promise<Told[] | undefined> => {
    const told: Told[] = [];
    for (let sample = 0; sample < (options.samples ?? 1); sample++) {
      const asking = { ...options, seed: options.seed + sample };
      const { answer, cost } = await ask(server, questionFor(model, messages, asking, own), options);
      if (lacksRoom(answer) && !isShortest) return undefined;
      told.push({ answer: options.think ? withoutThoughts(answer) : answer, cost });
    }
    return told;
  };
  const answers: Answer[] = [];
  const forms: number[] = [];
  const costs: Cost[] = [];
  try {
    for (const { messages, shorter = [] } of questions) {
      const all = [messages, ...shorter];
      let form = 0;
      let told = await draw(all[form]!, all.length === 1);
      while (!told) told = await draw(all[++form]!, form === all.length - 1);
      const [first, ...samples] = told.map(({ answer }) => answer);
      answers.push(samples.length > 0 ? { ...first!, samples } : first!);
      forms.push(form);
      costs.push(...told.flatMap(({ cost }) => cost ?? []));
      options.onAnswer(answers.length);
    }
  } finally {
    // Two models may not fit into memory. If the server is unreachable, nothing is left to unload.
    await server.unload(model).catch(() => undefined);
  }
  const mean = (of: (cost: Cost) => number) =>
    costs.reduce((sum, cost) => sum + of(cost), 0) / Math.max(1, costs.length);
  const cost = {
    seconds: mean(({ seconds }) => seconds),
    promptTokens: mean(({ promptTokens }) => promptTokens),
    answerTokens: mean(({ answerTokens }) => answerTokens),
  };
  return { answers, forms, form: own, cost };
}

/** The context ended before the answer could begin, or within it. */
const lacksRoom = ({ end }: Answer) => end === 'too_long' || end === 'context';

type Request = { model: string; messages: readonly Message[] } & Record<string, unknown>;

interface Told {
  answer: Answer;
  /** Ollama tells none of an answer that it did not write to its end. */
  cost?: Cost | undefined;
}

const untold = (end: 'prompt' | 'too_long' | 'unread', more: Partial<Answer> = {}): Told => ({
  answer: { text: '', end, tokens: 0, ...more },
});

async function ask(
  server: OllamaServer,
  request: Request,
  { maxTokens, signal, remember = (_, anew) => anew() }: AskOptions,
): Promise<Told> {
  if (!(await rendersWhole(server, request, signal))) return untold('prompt');
  try {
    const chatted = await remember(request, () => server.chat(request, signal));
    return { answer: readAnswer(chatted, maxTokens), ...(chatted.done ? { cost: costOf(chatted) } : {}) };
  } catch (error) {
    const tooLong = promptTooLong(error);
    if (tooLong) return untold('too_long', { tooLong });
    if (saysAnswerUnread(error)) return untold('unread');
    throw error;
  }
}

const nanoseconds = 1e-9;

const costOf = ({ total_duration, load_duration, prompt_eval_count, eval_count }: Chatted): Cost => ({
  seconds: Math.max(0, (total_duration ?? 0) - (load_duration ?? 0)) * nanoseconds,
  promptTokens: prompt_eval_count ?? 0,
  answerTokens: eval_count ?? 0,
});

/** Whether the prompt holds the system message and all questions: a model's template may lack a role. One question alone is not checked. */
async function rendersWhole(server: OllamaServer, request: Request, signal: AbortSignal): Promise<boolean> {
  if (request.messages.length === 1) return true;
  const prompt = await renderChat(server, request, signal);
  if (prompt === undefined) return true;
  const squeezed = squeeze(prompt);
  return request.messages.every(({ role, content }) => role === 'assistant' || squeezed.includes(squeeze(content)));
}

const squeeze = (text: string) => text.replace(/\s+/g, '');
