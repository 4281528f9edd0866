import { greedy, type Message } from '../../services/ollama/messages.ts';
import type { OllamaServer } from '../../services/ollama/server.ts';
import type { Question } from './questions.ts';

export interface Answer {
  text: string;
  /** `stop`: the model ended the answer. `length`: cut at `max_tokens`. `loop`: Ollama ended an answer that repeated one token. */
  end: 'stop' | 'length' | 'loop';
  tokens: number;
}

interface AskOptions {
  maxTokens: number;
  seed: number;
  system?: string | undefined;
  signal: AbortSignal;
  onAnswer: (done: number) => void;
}

/** Asks one model every question, one after another, and then unloads it. */
export async function askQuestions(
  server: OllamaServer,
  model: string,
  questions: readonly Question[],
  options: AskOptions,
): Promise<Answer[]> {
  const { signal } = options;
  const { capabilities } = await server.show(model, signal);
  const thinks = capabilities?.includes('thinking') ? { think: false } : {};
  const answers: Answer[] = [];
  try {
    for (const { messages } of questions) {
      const response = await server.chat(
        {
          model,
          messages: withSystem(messages, options.system),
          options: { ...greedy, seed: options.seed, num_predict: options.maxTokens },
          ...thinks,
        },
        signal,
      );
      const end = !response.done ? 'loop' : response.done_reason === 'length' ? 'length' : 'stop';
      answers.push({ text: response.message.content, end, tokens: response.eval_count ?? 0 });
      options.onAnswer(answers.length);
    }
  } finally {
    // Two models may not fit into memory. If the server is unreachable, nothing is left to unload.
    await server.unload(model).catch(() => undefined);
  }
  return answers;
}

const withSystem = (messages: readonly Message[], system: string | undefined): readonly Message[] =>
  system === undefined || messages[0]?.role === 'system'
    ? messages
    : [{ role: 'system', content: system }, ...messages];
