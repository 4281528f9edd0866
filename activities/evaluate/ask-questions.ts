import type { ShowResponse } from 'ollama';
import type { IncompleteEnd } from '../../core/words/evaluation-notes.ts';
import { saysPromptTooLong } from '../../services/ollama/failures.ts';
import { type Chatted, greedy, type Message } from '../../services/ollama/messages.ts';
import { renderChat } from '../../services/ollama/render-chat.ts';
import type { OllamaServer } from '../../services/ollama/server.ts';
import type { Question } from './questions.ts';

export interface Answer {
  text: string;
  /**
   * `stop`: the model ended the answer. `loop`: Ollama ended an answer that repeated one token. The others are incomplete:
   * cut at `max_tokens` (`length`) or at the end of the context, empty after thinking, or not asked with the whole prompt.
   */
  end: 'stop' | 'loop' | IncompleteEnd;
  tokens: number;
  /** It thought before it answered. */
  thinks?: true;
}

/** What a model brings with it that changes how a question is asked. */
export interface OwnForm {
  system?: string;
  /** Messages before each question. */
  messages: number;
  num_ctx?: number;
  canThink: boolean;
}

export interface Asked {
  answers: Answer[];
  form: OwnForm;
}

interface AskOptions {
  maxTokens: number;
  seed: number;
  system?: string | undefined;
  think: boolean;
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
      const request = {
        model,
        messages: withSystem(messages, options.system),
        options: { ...greedy, seed: options.seed, num_predict: maxTokens },
        ...(form.canThink ? { think: options.think } : {}),
        // Without these Ollama drops the beginning of a long chat in silence.
        truncate: false,
        shift: false,
      };
      const answer = await ask(server, request, maxTokens, signal);
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
    if (!saysPromptTooLong(error)) throw error;
    return { text: '', end: 'prompt', tokens: 0 };
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

export function readAnswer({ message, done, done_reason, eval_count }: Chatted, maxTokens: number): Answer {
  const tokens = eval_count ?? 0;
  const thinks = (message.thinking ?? '').trim() !== '';
  const isFull = eval_count === undefined || tokens >= maxTokens - 1;
  const cut = done && done_reason === 'length' ? (isFull ? 'length' : 'context') : undefined;
  const end = thinks && message.content.trim() === '' ? 'thinking' : (cut ?? (done ? 'stop' : 'loop'));
  return { text: message.content, end, tokens, ...(thinks ? { thinks } : {}) };
}

/** Cuts the thoughts out of an answer of a model of which Ollama does not know how it writes them. */
export function withoutThoughts(answer: Answer): Answer {
  const end = answer.text.lastIndexOf('</think>');
  if (end >= 0) return { ...answer, text: answer.text.slice(end + '</think>'.length).trimStart(), thinks: true };
  const isThinking = answer.text.trimStart().startsWith('<think>');
  return isThinking ? { ...answer, text: '', end: 'thinking', thinks: true } : answer;
}

function ownForm({ capabilities, system, messages, parameters }: ShowResponse): OwnForm {
  const contextLength = /^num_ctx\s+(\d+)/m.exec(parameters ?? '')?.[1];
  return {
    ...(system ? { system } : {}),
    messages: messages?.length ?? 0,
    ...(contextLength === undefined ? {} : { num_ctx: Number(contextLength) }),
    canThink: capabilities?.includes('thinking') ?? false,
  };
}

const withSystem = (messages: readonly Message[], system: string | undefined): readonly Message[] =>
  system === undefined || messages[0]?.role === 'system'
    ? messages
    : [{ role: 'system', content: system }, ...messages];
