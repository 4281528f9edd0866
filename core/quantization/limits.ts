/** Tokens of answers that a model is measured on: with fewer the figures of small types vary by a tenth, with more nobody learns anything. */
export const maxMeasuredTokens = 2_000;
/** Tokens of whole rows for an importance matrix, where it hardly changes any more. */
export const maxWeighedTokens = 20_000;
