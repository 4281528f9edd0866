import { z } from 'zod';
import { named, real } from './fields.ts';

/** What a quantized file predicts otherwise than its f16 parent. Natural logarithms, means over the tokens of answers. */
export const drift = named(
  'Drift',
  z.strictObject({
    kl: real.describe('Mean KL divergence of its predictions from those of the f16 model, in nats.'),
    kl_error: real.describe('Standard error of `kl`, over rows.'),
    same_top: real.describe('Share of places at which both hold the same token most likely.'),
    logprob: real.describe("Mean log-probability of the rows' tokens."),
  }),
);

export type Drift = z.infer<typeof drift>;
