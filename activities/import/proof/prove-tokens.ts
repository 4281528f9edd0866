import type { OllamaServer } from '../../../services/ollama/server.ts';
import type { Probe, ProbeChat } from './probe.ts';
import { type Proof, provenFor, refuted, unprovable, visible } from './proof.ts';

/**
 * Proves that the model reads the tokens of the training. `context` of `/api/generate` is a second tokenization without a
 * BOS, so `prompt_eval_count` is compared too: it counts the tokens that the runner really gets, including a doubled BOS.
 */
export async function proveTokens(
  server: OllamaServer,
  name: string,
  probe: Probe,
  signal: AbortSignal,
): Promise<Proof> {
  let compared = 0;
  for (const chat of probe.chats) {
    const found = await tokenize(server, name, chat.prompt, probe.end, signal);
    if (found) {
      const wanted = probe.end ? [...chat.ids, probe.end.id] : chat.ids;
      const at = wanted.findIndex((id, index) => found[index] !== id);
      // Without an end token after it, the last token of a prompt may merge with the first letters of the answer.
      const mayBeMerged = !probe.end && at === chat.ids.length - 1;
      if (at >= 0 && !mayBeMerged) return refuted('tokens', differenceOfTokens(chat, found, at));
      compared += 1;
    }
    const counted = await countPromptTokens(server, name, chat.prompt, signal);
    // Some servers do not count the tokens that they still have in memory from the previous prompt.
    if (counted > chat.count || (counted < chat.count && chat === probe.chats[0])) {
      const more = counted === chat.count + 1 ? ' Ollama adds one at the start, most likely a second BOS.' : '';
      return refuted(
        'tokens',
        `the chat "${chat.id}" has ${chat.count} tokens in training, but Ollama's runner reads ${counted}.${more}`,
      );
    }
  }
  if (compared === 0)
    return unprovable(
      'tokens',
      `Ollama ${await server.version(signal)} does not report token ids; the token counts of ${probe.chats.length} prompts agree`,
    );
  // The prompts are given as text, so the chats that only Ollama's template cannot render are compared too.
  return provenFor(
    'tokens',
    { compared, of: probe.chats.length + probe.leftOut.length, leftOut: probe.leftOut },
    (chats) =>
      `the prompts of ${chats} have the token ids of the training, and the runner reads the same number of tokens`,
  );
}

/**
 * Returns the token ids of a text and of the start of its answer. The end token keeps the first letters of the answer out
 * of the last token of the prompt, since a tokenizer splits off special tokens first.
 */
async function tokenize(
  server: OllamaServer,
  name: string,
  text: string,
  end: Probe['end'],
  signal: AbortSignal,
): Promise<number[] | undefined> {
  const prompt = `${text}${end?.text ?? ''}`;
  const { context } = await server.generate(
    { model: name, prompt, template: '{{ .Prompt }}', options: { num_predict: 1, temperature: 0 } },
    signal,
  );
  return Array.isArray(context) ? context : undefined;
}

async function countPromptTokens(
  server: OllamaServer,
  name: string,
  prompt: string,
  signal: AbortSignal,
): Promise<number> {
  const { prompt_eval_count } = await server.generate(
    { model: name, prompt, raw: true, options: { num_predict: 1, temperature: 0 } },
    signal,
  );
  return prompt_eval_count ?? 0;
}

function differenceOfTokens(chat: ProbeChat, served: readonly number[], at: number): string {
  const side = (ids: readonly number[]) =>
    `${at > 4 ? '… ' : ''}${ids.slice(Math.max(0, at - 4), at + 6).join(' ')}${ids.length > at + 6 ? ' …' : ''}`;
  return [
    `the chat "${chat.id}" has other tokens than in training, from token ${at} on:`,
    `  trained: ${side(chat.ids)}`,
    `  Ollama:  ${side(served)}`,
    `  text:    ${visible(chat.prompt.slice(0, 120))}`,
    'The GGUF names another pre-tokenizer than the training used.',
  ].join('\n');
}
