/**
 * UTF-8 bytes of answers that a model is measured on: with fewer the figures of small types vary by a tenth, with more nobody
 * learns anything. Bytes, since every tokenizer then reads the same rows.
 */
export const maxMeasuredBytes = 8_000;
/** About as many tokens. */
export const measuredTokens = maxMeasuredBytes / 4;
/** Tokens of whole rows for an importance matrix, where it hardly changes any more. */
export const maxWeighedTokens = 20_000;
