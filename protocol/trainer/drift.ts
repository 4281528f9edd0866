import { z } from 'zod';
import { named, real } from './fields.ts';

const prediction = {
  logprob: real.describe("Mean log-probability of the rows' tokens."),
  bits_per_byte: real.describe('Of the text of their answers.'),
};

/** How well a model predicts the answers of rows. */
export const predicted = named('Predicted', z.strictObject(prediction));

export type Predicted = z.infer<typeof predicted>;

/** What a quantized file predicts otherwise than its f16 parent. Natural logarithms, means over the tokens of answers. */
export const drift = named(
  'Drift',
  z.strictObject({
    kl: real.describe('Mean KL divergence of its predictions from those of the f16 model, in nats.'),
    kl_error: real.describe('Standard error of `kl`, over rows.'),
    same_top: real.describe('Share of places at which both hold the same token most likely.'),
    ...prediction,
  }),
);

export type Drift = z.infer<typeof drift>;
