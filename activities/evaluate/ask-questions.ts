import { saysAnswerUnread, saysPromptTooLong } from '../../services/ollama/failures.ts';
import {
  type Answer,
  type Asking,
  type OwnForm,
  ownForm,
  questionFor,
  readAnswer,
  withoutThoughts,
} from '../../services/ollama/greedy-question.ts';
import type { Message } from '../../services/ollama/messages.ts';
import { renderChat } from '../../services/ollama/render-chat.ts';
import type { OllamaServer } from '../../services/ollama/server.ts';
import type { Question } from './questions.ts';

export interface Asked {
  answers: Answer[];
  form: OwnForm;
}

interface AskOptions extends Asking {
  signal: AbortSignal;
  onAnswer: (done: number) => void;
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
  try {
    for (const { messages } of questions) {
      const answer = await ask(server, questionFor(model, messages, options, form), maxTokens, signal);
      answers.push(options.think ? withoutThoughts(answer) : answer);
      options.onAnswer(answers.length);
    }
  } finally {
    // Two models may not fit into memory. If the server is unreachable, nothing is left to unload.
    await server.unload(model).catch(() => undefined);
  }
  return { answers, form };
}

type Request = { model: string; messages: readonly Message[] } & Record<string, unknown>;

async function ask(server: OllamaServer, request: Request, maxTokens: number, signal: AbortSignal): Promise<Answer> {
  if (!(await rendersWhole(server, request, signal))) return { text: '', end: 'prompt', tokens: 0 };
  try {
    return readAnswer(await server.chat(request, signal), maxTokens);
  } catch (error) {
    if (saysPromptTooLong(error)) return { text: '', end: 'prompt', tokens: 0 };
    if (saysAnswerUnread(error)) return { text: '', end: 'unread', tokens: 0 };
    throw error;
  }
}

/** Whether the prompt holds the system message and all questions: a model's template may lack a role. One question alone is not checked. */
async function rendersWhole(server: OllamaServer, request: Request, signal: AbortSignal): Promise<boolean> {
  if (request.messages.length === 1) return true;
  const prompt = await renderChat(server, request, signal);
  if (prompt === undefined) return true;
  const squeezed = squeeze(prompt);
  return request.messages.every(({ role, content }) => role === 'assistant' || squeezed.includes(squeeze(content)));
}

const squeeze = (text: string) => text.replace(/\s+/g, '');
