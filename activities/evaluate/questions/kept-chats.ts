import { z } from 'zod';
import type { Json } from '../../../core/handles.ts';
import { canonicalJson } from '../../../core/json.ts';
import { KeptAnswers } from '../../../services/chat/kept-answers.ts';
import type { Chatted } from '../../../services/ollama/messages.ts';
import { hashText } from '../../../services/store/durable-files.ts';

/** Returns what an earlier attempt was answered to the same request, or asks and keeps the answer. */
export type Remember = (request: Readonly<Record<string, unknown>>, ask: () => Promise<Chatted>) => Promise<Chatted>;

/** The same of each model, by its digest. */
export type Remembered = (digest: string) => Remember;

/** What is kept: all that is read of an answer, so that a later temper may read it in another way. */
const chatted = z.object({
  message: z.object({ role: z.string(), content: z.string(), thinking: z.string().optional() }),
  done: z.boolean(),
  done_reason: z.string().optional(),
  total_duration: z.number().optional(),
  load_duration: z.number().optional(),
  prompt_eval_count: z.number().optional(),
  eval_count: z.number().optional(),
});

/**
 * Opens what models answered in earlier attempts of a step. An answer is that of a model's bytes and of the Ollama that runs
 * it, so both are part of what is asked.
 */
export async function openKeptChats(file: string, ollama: string): Promise<Remembered> {
  const kept = await KeptAnswers.open(file);
  return (digest) => async (request, ask) => {
    const key = hashText(canonicalJson({ ...(request as Record<string, Json>), model: digest, ollama }));
    const known = chatted.safeParse(kept.get(key)).data;
    if (known) return known as Chatted;
    const answered = await ask();
    const { data } = chatted.safeParse(answered);
    if (data) await kept.keep(key, data);
    return answered;
  };
}
