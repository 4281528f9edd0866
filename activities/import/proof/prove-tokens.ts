import { canonicalJson } from '../../../core/json.ts';
import { plural } from '../../../core/words/plural.ts';
import type { OllamaServer } from '../../../services/ollama/server.ts';
import { hashText } from '../../../services/store/durable-files.ts';
import type { Probe, ProbeChat } from './probe.ts';
import { type Proof, provenFor, refuted, unprovable, visible } from './proof.ts';

/** What a small model of the base's kind has shown of chats: a digest of prompt and tokens for each, by its id. */
export type KnownChats = Readonly<Record<string, string>>;

export const chatDigest = ({ prompt, ids, count }: ProbeChat): string =>
  hashText(canonicalJson({ prompt, ids, count })).slice(0, 16);

/**
 * Proves that the model reads the tokens of the training. `context` of `/api/generate` is a second tokenization without a
 * BOS, so `prompt_eval_count` is compared too: it counts the tokens that the runner really gets, including a doubled BOS.
 * Of the chats that are `known`, read by the same server with the same tokenizer, one stands for all.
 */
export async function proveTokens(
  server: OllamaServer,
  name: string,
  probe: Probe,
  { signal, known = {} }: { signal: AbortSignal; known?: KnownChats },
): Promise<Proof> {
  const isKnown = (chat: ProbeChat) => known[chat.id] === chatDigest(chat);
  // Chats with tools may be longer than the context; the others have shown that equal texts are equal tokens.
  const all = probe.chats.filter(({ tools }) => !tools);
  const [representative] = all.filter(isKnown);
  const chats = all.filter((chat) => chat === representative || !isKnown(chat));
  let compared = 0;
  for (const chat of chats) {
    const { ids: found, count } = await tokenize(server, name, chat.prompt, probe.end, signal);
    if (found) {
      const wanted = probe.end ? [...chat.ids, probe.end.id] : chat.ids;
      const at = wanted.findIndex((id, index) => found[index] !== id);
      // Without an end token after it, the last token of a prompt may merge with the first letters of the answer.
      const mayBeMerged = !probe.end && at === chat.ids.length - 1;
      if (at >= 0 && !mayBeMerged) return refuted('tokens', differenceOfTokens(chat, found, at));
      compared += 1;
    }
    const counted = count - (probe.end ? 1 : 0);
    // Some servers do not count the tokens that they still have in memory from the previous prompt.
    if (counted > chat.count || (counted < chat.count && chat === chats[0])) {
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
      `Ollama ${await server.version(signal)} does not report token ids; the token counts of ${chats.length} prompts agree${reformedWords(probe)}`,
    );
  const before = all.length - chats.length;
  // The prompts are given as text, so the chats that only Ollama's template cannot render are compared too.
  return provenFor(
    'tokens',
    { compared: compared + before, of: all.length + probe.leftOut.length, leftOut: probe.leftOut },
    (all) =>
      `the prompts of ${all} have the token ids of the training, and the runner reads the same number of tokens${before > 0 ? ` (${before} of them were compared before the training, with the same tokenizer and Ollama)` : ''}${reformedWords(probe)}`,
  );
}

/** Ollama reads the rows' own form of these questions as other tokens, so the proof does not cover it. */
const reformedWords = ({ reformed }: Probe): string =>
  reformed
    ? `; ${plural(reformed.questions, 'question')} of the rows compared in the Unicode form of the tokenizer (${reformed.form}), which is not that of the rows`
    : '';

/**
 * Returns the token ids of a text and of the start of its answer, and how many tokens the runner has read. The end token
 * keeps the first letters of the answer out of the last token of the prompt, since a tokenizer splits off special tokens first.
 */
async function tokenize(
  server: OllamaServer,
  name: string,
  text: string,
  end: Probe['end'],
  signal: AbortSignal,
): Promise<{ ids: number[] | undefined; count: number }> {
  const { context, prompt_eval_count: count = 0 } = await server.generate(
    {
      model: name,
      prompt: `${text}${end?.text ?? ''}`,
      template: '{{ .Prompt }}',
      options: { num_predict: 1, temperature: 0 },
    },
    signal,
  );
  return { ids: Array.isArray(context) ? context : undefined, count };
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
