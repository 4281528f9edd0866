/** The names under which people keep the parts of a row. Of several in one row the first is taken. */
export const rowNames = {
  prompt: ['prompt', 'question', 'query'],
  input: ['input', 'context'],
  answer: ['output', 'response', 'answer', 'completion'],
  completion: ['completion', 'response', 'answer', 'output'],
  conversation: ['conversations', 'conversation'],
  system: ['system', 'system_prompt'],
} as const;

/** Roles of messages, with those of ShareGPT files. Unmapped, a chat template drops such turns without a word. */
export const roles = {
  system: 'system',
  user: 'user',
  human: 'user',
  assistant: 'assistant',
  gpt: 'assistant',
  chatgpt: 'assistant',
  bing: 'assistant',
  bard: 'assistant',
} as const;
