/** Characters of one token in an alphabet, and in other scripts: the same as the trainer's own estimate without a tokenizer. */
const [charactersAscii, charactersOther] = [4, 1.5];
/** Tokens that a chat template puts around a turn. */
const tokensAround = 5;

/** Estimates the tokens of a text with this many turns. */
export function estimateTokens(text: string, turns: number): number {
  let others = 0;
  for (let at = 0; at < text.length; at += 1) if (text.charCodeAt(at) > 127) others += 1;
  return Math.ceil((text.length - others) / charactersAscii + others / charactersOther) + turns * tokensAround;
}
