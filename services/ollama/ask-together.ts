import {
  type Answer,
  type Asking,
  ownForm,
  questionFor,
  readAnswer,
  splitThoughts,
  withoutThoughts,
} from './greedy-question.ts';
import type { OllamaServer } from './server.ts';

/** What a model has said so far, or why it says nothing. */
export interface Said {
  state: 'loading' | 'thinking' | 'answering' | 'done' | 'failed';
  text: string;
  thoughts: string;
  /** Once it is done. */
  answer?: Answer;
  failure?: Error;
}

/**
 * Asks several models one question at the same time, each as an evaluation would ask it. Ollama loads one after another where
 * memory does not hold them all. A model that fails leaves the others alone. `onChange` hears of every part of every answer.
 */
export async function askTogether(
  server: OllamaServer,
  models: readonly string[],
  question: string,
  { asking, signal, onChange }: { asking: Asking; signal: AbortSignal; onChange?: (said: readonly Said[]) => void },
): Promise<Said[]> {
  const said: Said[] = models.map(() => ({ state: 'loading', text: '', thoughts: '' }));
  const change = (at: number, next: Partial<Said>) => {
    said[at] = { ...said[at]!, ...next };
    onChange?.(said);
  };
  await Promise.all(
    models.map(async (model, at) => {
      try {
        const form = ownForm(await server.show(model, signal));
        const messages = [{ role: 'user', content: question }];
        const parts = { content: '', thinking: '' };
        const whole = await server.chatInParts(
          questionFor(model, messages, asking, form),
          ({ content, thinking }) => {
            parts.content += content;
            parts.thinking += thinking;
            const { text, thoughts, isThinking } = splitThoughts(parts.content);
            const state = isThinking || (text === '' && parts.thinking !== '') ? 'thinking' : 'answering';
            change(at, { state, text, thoughts: parts.thinking + (thoughts ?? '') });
          },
          signal,
        );
        const answer = withoutThoughts(readAnswer(whole, asking.maxTokens));
        change(at, { state: 'done', text: answer.text, answer });
      } catch (error) {
        if (signal.aborted) throw error;
        change(at, { state: 'failed', failure: error as Error });
      }
    }),
  );
  return said;
}
