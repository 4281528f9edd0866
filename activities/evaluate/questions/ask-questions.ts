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
import type { Question } from './questions.ts';

export interface Asked {
  answers: Answer[];
  form: OwnForm;
  cost: Cost;
}

/** Means over the answers, by Ollama's own clock: without the time in which it loads the model. */
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
}

/** Asks one model every question, one after another, and then unloads it. */
export async function askQuestions(
  server: OllamaServer,
  model: string,
  questions: readonly Question[],
  options: AskOptions,
): Promise<Asked> {
  const { signal, maxTokens } = options;
  const form = ownForm(await server.show(model, signal));
  const answers: Answer[] = [];
  const costs: Cost[] = [];
  try {
    for (const { messages } of questions) {
      const given: Answer[] = [];
      for (let sample = 0; sample < (options.samples ?? 1); sample++) {
        const asking = { ...options, seed: options.seed + sample };
        const { answer, cost } = await ask(server, questionFor(model, messages, asking, form), maxTokens, signal);
        costs.push(cost);
        given.push(options.think ? withoutThoughts(answer) : answer);
      }
      const [first, ...samples] = given;
      answers.push(samples.length > 0 ? { ...first!, samples } : first!);
      options.onAnswer(answers.length);
    }
  } finally {
    // Two models may not fit into memory. If the server is unreachable, nothing is left to unload.
    await server.unload(model).catch(() => undefined);
  }
  const mean = (of: (cost: Cost) => number) => costs.reduce((sum, cost) => sum + of(cost), 0) / costs.length;
  const cost = {
    seconds: mean(({ seconds }) => seconds),
    promptTokens: mean(({ promptTokens }) => promptTokens),
    answerTokens: mean(({ answerTokens }) => answerTokens),
  };
  return { answers, form, cost };
}

type Request = { model: string; messages: readonly Message[] } & Record<string, unknown>;

interface Told {
  answer: Answer;
  cost: Cost;
}

const untold = (end: 'prompt' | 'too_long' | 'unread', more: Partial<Answer> = {}): Told => ({
  answer: { text: '', end, tokens: 0, ...more },
  cost: { seconds: 0, promptTokens: 0, answerTokens: 0 },
});

async function ask(server: OllamaServer, request: Request, maxTokens: number, signal: AbortSignal): Promise<Told> {
  if (!(await rendersWhole(server, request, signal))) return untold('prompt');
  try {
    const chatted = await server.chat(request, signal);
    return { answer: readAnswer(chatted, maxTokens), cost: costOf(chatted) };
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
