import type { DocumentsOption } from '../kinds/options/documents.ts';
import { isTranslated, type WrittenRow } from './ask-for-rows.ts';
import type { Chunk } from './chunk.ts';
import type { RowProblem } from './row-problem.ts';
import { likeness, numbersIn, strangeNumbers, supportOf, unitsOf } from './support.ts';

export interface CheckedRow extends WrittenRow {
  /** What of the answer stands in the chunk or the question; null where they are in two languages. */
  support: number | null;
  problems: RowProblem[];
}

/** Words by which a question or an answer points at a text that nobody sees who is asked. */
const pointers = [
  /(?:本|该|此|这一?|上一?|下一?)(?:文|节|章|段落?|小节|部分|论文|研究|表|图)(?!献|像|化|件|档|本|明|字|法)/,
  /(?:上|下|前|后)(?:文|述|面)(?!化|件|字)|文中|原文|作者|(?:如|见)(?:上?图|上?表|下图|下表)/,
  /\b(?:this|the|that|above|following|given|provided)\s+(?:section|text|passage|chapter|paper|article|document|thesis|paragraph|excerpt|author|authors|table|figure|study)\b/i,
  /\b(?:according to|as (?:mentioned|described|shown|stated)|mentioned|described)\s+(?:in|above|below|earlier)\b/i,
];
const noAnswer =
  /^(?:n\/?a|none|unknown|\.{2,}|…+)$|(?:not|never) (?:mentioned|specified|provided|stated|given) in|does not (?:mention|say|specify|provide)|cannot be (?:answered|determined)|(?:未|没有)(?:提及|提到|说明|给出|涉及)|无法(?:回答|确定|得知|判断)/i;
const [leastQuestion, leastAnswer] = [4, 2];
/** Likeness of two questions that ask the same. */
const sameQuestion = 0.8;

/** Checks what the writer wrote of one chunk, by its text alone. */
export function checkRows(rows: readonly WrittenRow[], chunk: Chunk, options: DocumentsOption): CheckedRow[] {
  const texts = [chunk.text, ...chunk.headings];
  return rows.map(({ kind, question, answer }) => {
    const row = { ...(kind === undefined ? {} : { kind }), question: question.trim(), answer: answer.trim() };
    const support = isTranslated(options, chunk) ? null : supportOf(row.answer, [...texts, row.question]);
    return { ...row, support, problems: problemsOf(row, texts, support, options.min_support) };
  });
}

function problemsOf(
  { question, answer }: WrittenRow,
  texts: readonly string[],
  support: number | null,
  least: number,
): RowProblem[] {
  if (question.length < leastQuestion || answer.length < leastAnswer) return [{ code: 'empty', facts: {} }];
  const pointed = pointers.map((words) => words.exec(question)?.[0]).find((words) => words !== undefined);
  const numbers = strangeNumbers(answer, texts);
  const isEcho = likeness(unitsOf(question), unitsOf(answer)) > 0.9 || question === answer;
  return [
    ...(pointed === undefined ? [] : [{ code: 'points_at_text', facts: { words: pointed } } as const]),
    ...(noAnswer.test(answer) ? [{ code: 'no_answer', facts: {} } as const] : []),
    ...(isEcho ? [{ code: 'echo', facts: {} } as const] : []),
    ...(support !== null && support < least
      ? [{ code: 'unsupported', facts: { support: support, least } } as const]
      : []),
    ...(numbers.length > 0 ? [{ code: 'strange_number', facts: { numbers } } as const] : []),
  ];
}

export interface IdentifiedRow extends CheckedRow {
  id: string;
}

/**
 * Marks rows that ask what an earlier good row of any document asks, and those above the number of rows of a chunk. Takes
 * the rows of each chunk, in the order of the documents.
 */
export function markRepeated<R extends IdentifiedRow>(chunks: readonly (readonly R[])[], most: number): R[][] {
  const asked: { id: string; units: Set<string>; numbers: string }[] = [];
  return chunks.map((rows) => {
    let good = 0;
    return rows.map((row) => {
      if (row.problems.length > 0) return row;
      const units = unitsOf(row.question);
      // Two questions that differ in a number ask for two things.
      const numbers = numbersIn(row.question).join(' ');
      const same = asked.find((each) => each.numbers === numbers && likeness(each.units, units) >= sameQuestion);
      if (same) return { ...row, problems: [{ code: 'duplicate', facts: { of: same.id } } as const] };
      if (good >= most) return { ...row, problems: [{ code: 'too_many', facts: { most } } as const] };
      good += 1;
      asked.push({ id: row.id, units, numbers });
      return row;
    });
  });
}
