import { isChinese } from './ask-for-rows.ts';
import type { Chunk } from './chunk.ts';
import { headingPath } from './headings.ts';

type Part = Pick<Chunk, 'source' | 'headings' | 'text' | 'pages'>;

/** Where people find a part: `thesis.pdf › 2 Method › 2.1 Filters, pages 3–4`. */
export const placeOfPart = (part: Part): string => placed([part.source, ...part.headings], part.pages);

function placed(path: readonly string[], pages: Part['pages']): string {
  if (pages === null) return headingPath(path);
  const [first, last] = pages;
  const on = first === last ? `page ${first}` : `pages ${first}–${last}`;
  return path.length === 0 ? on : `${headingPath(path)}, ${on}`;
}

/**
 * A question with parts of documents before it. They stand in the question's own turn: every chat template has that one, and
 * a system message stays free for how to answer. In the language of the question, since a small model answers as it is asked.
 * `documents`: how many the parts are of. The name of a lone one is not told: another name for the same bytes is no other question.
 */
export function withParts(question: string, parts: readonly Part[], documents: number): string {
  if (parts.length === 0) return question;
  const { head, asks } = isChinese(question) ? chinese : english;
  const quoted = parts.map((part, at) => {
    const place = documents > 1 ? placeOfPart(part) : placed(part.headings, part.pages);
    return `${`[${at + 1}] ${place}`.trim()}\n${fence}\n${unfenced(part.text)}\n${fence}`;
  });
  return [head, ...quoted, `${asks}${question}`].join('\n\n');
}

const english = {
  head: 'These parts of documents are quoted as material. If they answer the question, answer by them.',
  asks: 'Question: ',
};
const chinese = { head: '以下是引用的文档片段，仅作参考材料。若其中有答案，请据此回答。', asks: '问题：' };

const fence = '"""';
/** No part can end its own quotation and go on as if it were the question. */
const unfenced = (text: string) => text.replaceAll(fence, "'''");
