import { plural } from './plural.ts';
/** What is told of rows that a training learned in another form than they have. */
export interface RowNote {
  code: RowNoteCode;
  rows: number;
  /** The first of them, as `file:line` of the prepared rows. */
  where: readonly string[];
  /** An example, or the text that the note is about. */
  detail: string | null;
}

type Words = (rows: string, detail: string) => string;

/** The first five are differences that fail a training unless the document wants them told. */
const words = {
  dropped: (rows, detail) => `the chat template leaves out a message of ${rows}: ${detail}`,
  changed: (rows, detail) => `the chat template changes a message of ${rows}: ${detail}`,
  moved: (rows, detail) => `the chat template moves a message of ${rows}: ${detail}`,
  other_prompt: (rows, detail) => `the model will be asked with another prompt than that of ${rows}: ${detail}`,
  no_end: (rows, detail) => `an answer of ${rows} has no end token: ${detail}`,
  cut: (rows, detail) =>
    `the answer of ${rows} is cut at max_length ${detail}: it loses its end, which teaches not to stop. \`too_long: drop\` or a greater \`max_length\` avoids that`,
  beyond: (rows, detail) => `an answer of ${rows} lies beyond max_length ${detail} and is not learned`,
  left_out_long: (rows, detail) => `${rows} have more than max_length ${detail} tokens and are not learned`,
  split_long: (rows, detail) => `${rows} have more than max_length ${detail} tokens and are split between their turns`,
  special_tokens: (rows, detail) => `the text of ${rows} has special tokens of the tokenizer: ${detail}`,
  unknown_tokens: (rows, detail) => `${rows} have characters that the tokenizer does not know: ${detail}`,
  unicode_form: (rows, detail) =>
    `the tokenizer puts text of ${rows} into another Unicode form: ${detail}. Ollama does not, and reads a question in the form of the rows as other tokens. Write rows and questions in that form, and have programs send it`,
  white_space: (rows, detail) =>
    `the chat template changes white space around messages of ${rows}: ${detail}. Only an Ollama that renders the chat template itself does the same in a chat`,
  earlier_thoughts: (rows) => `the chat template leaves the thinking out of earlier answers of ${rows}`,
  dropped_thoughts: (rows) => `the thinking is dropped from the answers of ${rows}, as \`thoughts: drop\` asks`,
  moved_system: (rows) => `the chat template puts the system message of ${rows} after other messages`,
  own_system: (rows, detail) => `the chat template adds a system message of its own to ${rows}: ${detail}`,
  tools: (rows) =>
    `${rows} call tools; the proof of the import says whether your Ollama writes tools as the training did`,
  date: (rows, detail) => `the chat template writes the date into ${rows}, for the training always ${detail}`,
} as const satisfies Record<string, Words>;

export type RowNoteCode = keyof typeof words;
export const rowNoteCodes = Object.keys(words) as [RowNoteCode, ...RowNoteCode[]];

const maxShown = 3;

export function rowNoteWords({ code, rows, where, detail }: RowNote): string {
  const shown = where.slice(0, maxShown).join(', ');
  const places = where.length === 0 || rows === 0 ? '' : ` (${shown}${rows > maxShown ? ', …' : ''})`;
  return words[code](`${plural(rows, 'row')}${places}`, detail ?? '');
}
