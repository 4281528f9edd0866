import { z } from 'zod';
import type { DocumentsOption, QuestionKind } from '../kinds/options/documents.ts';
import type { Chunk } from './chunk.ts';
import { tokensOf } from './chunk.ts';
import { headingPath } from './headings.ts';

/** What a writer returns for one chunk. */
export const writtenRows = z.object({
  rows: z.array(z.object({ kind: z.string().optional(), question: z.string(), answer: z.string() })),
});
export type WrittenRow = z.output<typeof writtenRows>['rows'][number];

/** As a JSON Schema, to which servers hold the model. Lengths are not in it: few servers know them. */
export const rowsSchema = (kinds: readonly QuestionKind[]) => ({
  type: 'object',
  properties: {
    rows: {
      type: 'array',
      items: {
        type: 'object',
        properties: {
          kind: { type: 'string', enum: kinds },
          question: { type: 'string' },
          answer: { type: 'string' },
        },
        required: ['kind', 'question', 'answer'],
        additionalProperties: false,
      },
    },
  },
  required: ['rows'],
  additionalProperties: false,
});

export const verdictSchema = {
  type: 'object',
  properties: { answerable: { type: 'boolean' } },
  required: ['answerable'],
  additionalProperties: false,
} as const;

/** A share of Chinese characters above which a text is Chinese: such text has names and terms in Latin letters. */
const chineseShare = 0.2;

export function isChinese(text: string): boolean {
  const letters = text.match(/\p{L}/gu)?.length ?? 0;
  return letters > 0 && (text.match(/\p{Script=Han}/gu)?.length ?? 0) >= chineseShare * letters;
}

const namesChinese = (language: string) => /^(?:zh|cn|chinese|中文|汉语)/i.test(language.trim());

/** Whether rows are to be in another language than their chunk: their words then cannot stand in it. */
export const isTranslated = ({ language }: Pick<DocumentsOption, 'language'>, chunk: Pick<Chunk, 'text'>): boolean =>
  language !== 'auto' && namesChinese(language) !== isChinese(chunk.text);

/** Tokens of an answer for each row that is asked for, and of the brackets around them. */
const [tokensOfRow, tokensAround] = [260, 60];
/** Tokens of the words around a chunk. */
const tokensOfWords = 700;

/** The most tokens of an answer. */
export const answerLimit = ({ per_chunk }: Pick<DocumentsOption, 'per_chunk'>): number =>
  tokensAround + tokensOfRow * per_chunk;

/** Tokens of context for every question of a step: one length for all, since Ollama loads a model anew for another. */
export function contextFor(options: Pick<DocumentsOption, 'per_chunk' | 'chunk' | 'prompt'>): number {
  // An estimate of tokens may be short by a half in text of many signs, such as formulas.
  const prompt = tokensOf(options.prompt ?? '') + tokensOfWords + 1.5 * options.chunk.max_tokens;
  return 1024 * Math.ceil((prompt + answerLimit(options)) / 1024);
}

interface Message {
  role: 'system' | 'user';
  content: string;
}

/** What the writer is asked of a chunk. */
export function askForRows(chunk: Pick<Chunk, 'headings' | 'text'>, options: DocumentsOption): Message[] {
  const isInChinese = options.language === 'auto' ? isChinese(chunk.text) : namesChinese(options.language);
  const words = isInChinese ? chinese : english;
  const filled = (template: string) =>
    template.replace(/\{(text|headings|count|kinds|language)\}/g, (_, name: string) => {
      if (name === 'text') return chunk.text;
      if (name === 'headings') return headingPath(chunk.headings) || '–';
      if (name === 'count') return String(options.per_chunk);
      if (name === 'language') return options.language === 'auto' ? words.same : options.language;
      return options.kinds.map((kind) => words.kinds[kind]).join(words.between);
    });
  return [
    { role: 'system', content: filled(words.system) },
    { role: 'user', content: `${filled(options.prompt ?? words.user)}\n\n${filled(words.form)}` },
  ];
}

/** What the writer is asked of a row that it has written. */
export function askForVerdict({ text }: Pick<Chunk, 'text'>, { question }: Pick<WrittenRow, 'question'>): Message[] {
  const words = isChinese(text) ? chinese : english;
  return [
    {
      role: 'user',
      content: words.verdict.replace(/\{(text|question)\}/g, (_, name) => (name === 'text' ? text : question)),
    },
  ];
}

interface Words {
  system: string;
  user: string;
  form: string;
  verdict: string;
  same: string;
  between: string;
  kinds: Readonly<Record<QuestionKind, string>>;
}

const english: Words = {
  system:
    'You write questions and answers from which a language model learns a subject. Every fact in an answer comes from the text that you are given. You add nothing of your own.',
  user: `Write at most {count} questions about the text below, each with its answer, in {language}.
- Kinds of questions: {kinds}. Take only those that the text answers.
- A question is understood by a reader who has never seen the text: it names its subject, and never says "this section", "the text", "the author", "the table above".
- An answer is complete and stands on its own: two to five sentences, with the figures and names of the text, exactly as they stand there.
- If the text teaches nothing, such as a list of names, write no row.

Headings: {headings}

Text:
{text}`,
  form: 'Answer with JSON: {"rows": [{"kind": "…", "question": "…", "answer": "…"}]}. "kind" is one of the English words of the list.',
  verdict: `Text:
{text}

Question: {question}

Can the question be answered completely from this text alone? Answer with JSON: {"answerable": true} or {"answerable": false}.`,
  same: 'the language of the text',
  between: ', ',
  kinds: {
    definition: 'definition (what something is)',
    explanation: 'explanation (why or how something is so)',
    comparison: 'comparison (how two things differ)',
    procedure: 'procedure (the steps of a method)',
    fact: 'fact (a figure, a place, a result)',
    summary: 'summary (the main points)',
  },
};

const chinese: Words = {
  system:
    '你负责编写问答，语言模型将用它们学习一个专业领域。答案中的每个事实都必须来自给出的原文，不得添加原文之外的内容。',
  user: `根据下面的原文编写最多 {count} 个问题，并给出答案，使用{language}。
- 问题类型：{kinds}。只选原文能够回答的类型。
- 问题要让没有看过原文的读者也能看懂：写明对象，不要出现“本文”“本节”“上文”“作者”“上表”等说法。
- 答案要完整、能独立阅读：两到五句话，原文中的数字和名称要原样写出。
- 如果原文没有可学的内容（例如只是人名列表），就不写。

标题：{headings}

原文：
{text}`,
  form: '用 JSON 回答：{"rows": [{"kind": "…", "question": "…", "answer": "…"}]}。"kind" 取列表中的英文词。',
  verdict: `原文：
{text}

问题：{question}

仅凭这段原文，能否完整回答这个问题？用 JSON 回答：{"answerable": true} 或 {"answerable": false}。`,
  same: '原文的语言',
  between: '、',
  kinds: {
    definition: 'definition（是什么）',
    explanation: 'explanation（为什么、怎么回事）',
    comparison: 'comparison（两者有何不同）',
    procedure: 'procedure（方法的步骤）',
    fact: 'fact（数字、地点、结果）',
    summary: 'summary（要点）',
  },
};
