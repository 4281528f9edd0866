import { z } from 'zod';
import { share } from './fields.ts';

const whole = z.number().int();
const decimal = z.number();

/**
 * The parameters that a model in Ollama may have, with the types by which its server reads them (0.24.0, `api.Options`).
 * The server answers nothing at all with a value of another type, and ignores a name that it does not know.
 */
export const modelfileParameters = z.strictObject({
  num_ctx: whole.positive().describe('Tokens of the context window.'),
  num_predict: whole.min(-2).describe('The most tokens of an answer. -1: no limit; -2: until the context is full.'),
  num_keep: whole.min(-1).describe('Tokens of the prompt that stay when the context is full. -1: all.'),
  temperature: decimal.nonnegative().describe('How much chance decides. 0 always takes the likeliest token.'),
  top_k: whole.nonnegative().describe('Only this many of the likeliest tokens are drawn from.'),
  top_p: share.describe('Only the likeliest tokens that together have this probability are drawn from.'),
  min_p: share.describe('Only tokens of at least this share of the likeliest one’s probability are drawn from.'),
  typical_p: share.describe('Locally typical sampling. 1 turns it off.'),
  seed: whole.describe('Seed of the random numbers.'),
  repeat_penalty: decimal.positive().describe('Above 1 makes repeated tokens less likely.'),
  repeat_last_n: whole.min(-1).describe('How many tokens back a repetition counts. 0: none; -1: the whole context.'),
  presence_penalty: decimal.describe('Makes tokens less likely that have appeared.'),
  frequency_penalty: decimal.describe('Makes tokens less likely the more often they have appeared.'),
  stop: z
    .union([z.string().min(1), z.array(z.string().min(1))])
    .describe('Stop strings, in addition to those of the chat template.'),
  num_batch: whole.positive().describe('Tokens of the prompt that are read at once.'),
  num_gpu: whole.min(-1).describe('Layers on the GPU. -1: as many as fit.'),
  main_gpu: whole.nonnegative().describe('The GPU for small tensors.'),
  num_thread: whole.nonnegative().describe('Threads on the CPU. 0: as many as Ollama thinks best.'),
  use_mmap: z.boolean().describe('Whether the file is mapped into memory.'),
});
