import { type Generated, greedy } from '../../../services/ollama/messages.ts';
import type { OllamaServer } from '../../../services/ollama/server.ts';
import type { ServedAnswer } from './compare-answers.ts';
import type { Probe, ProbeChat, TrainedAnswer } from './probe.ts';

const topTokens = 20;

/**
 * Asks Ollama for the greedy answer, token by token, to each probe chat that the trained model answered. The prompts are
 * raw text, so no template changes them.
 */
export async function askGreedily(
  server: OllamaServer,
  name: string,
  probe: Probe,
  options: { signal: AbortSignal; onAnswer: (done: number) => void },
): Promise<ServedAnswer[]> {
  const answers: ServedAnswer[] = [];
  for (const chat of answeredChats(probe)) {
    const response = await server.generate(
      {
        model: name,
        prompt: chat.prompt,
        raw: true,
        logprobs: true,
        top_logprobs: topTokens,
        // Only the stop strings of the training: those of the document may end an answer sooner, as intended.
        options: { ...greedy, seed: 1, num_predict: chat.answer.margins.length, stop: probe.stops },
      },
      options.signal,
    );
    answers.push(readAnswer(response));
    options.onAnswer(answers.length);
  }
  return answers;
}

function readAnswer(response: Generated): ServedAnswer {
  const tokens = (response.logprobs ?? []).map(({ token, logprob, top_logprobs }) => ({
    text: token,
    logprob,
    others: Object.fromEntries((top_logprobs ?? []).map((other) => [other.token, other.logprob])),
  }));
  return {
    text: response.response ?? '',
    tokens,
    end: response.done && response.done_reason === 'stop' ? 'stop' : 'cut',
  };
}

export type AnsweredChat = ProbeChat & { answer: TrainedAnswer };

export const answeredChats = (probe: Probe): AnsweredChat[] =>
  probe.chats.filter((chat): chat is AnsweredChat => chat.answer !== undefined);
