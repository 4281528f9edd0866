/** A probe chat that a proof of the prompt does not compare, and why. */
export interface LeftOutChat {
  chat: string;
  code: LeftOutCode;
  /** What the template said, if it refused the chat. */
  detail: string | null;
}

/** What a training's template does to a chat that a template of Ollama's own language cannot do, or will not. */
const words = {
  refused: 'the template refuses it',
  trimmed: 'the template cuts white space off messages',
  thoughts: 'the template cuts the thoughts out of earlier answers',
  rewritten: 'the template rewrites earlier answers',
  tools: 'this Ollama writes tools otherwise than the training, or takes none',
} as const;

export type LeftOutCode = keyof typeof words;
export const leftOutCodes = Object.keys(words) as [LeftOutCode, ...LeftOutCode[]];

/** `"edges" not compared: the template cuts white space off messages`. Chats with the same reason are named together. */
export function leftOutWords(leftOut: readonly LeftOutChat[]): string {
  const reasons = new Map<string, string[]>();
  for (const { chat, code, detail } of leftOut) {
    const reason = detail ? `${words[code]} (${detail})` : words[code];
    reasons.set(reason, [...(reasons.get(reason) ?? []), `"${chat}"`]);
  }
  return [...reasons].map(([reason, chats]) => `${chats.join(', ')} not compared: ${reason}`).join('; ');
}
