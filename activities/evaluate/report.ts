import { shortDigest } from '../../core/handles.ts';
import type { Answer } from './ask-questions.ts';
import type { Question } from './questions.ts';
import type { Metric } from './verdict.ts';

export type Scores = Readonly<Record<Metric, number>>;

/** A model that answers: before the tuning, after it, or in production if that is a third model. */
type Side = 'before' | 'after' | 'production';
export type BySide<T> = { before: T; after: T; production?: T };

interface AnsweredQuestion extends BySide<Answer & { scores?: Scores }> {
  at: string;
  question: string;
  reference?: string;
}

export interface EvaluationReport extends BySide<{ name: string; digest: string; scores?: Scores }> {
  metric: Metric | 'none';
  verdict: string;
  /** Cautions for a reader of the scores. */
  notes?: readonly string[];
  options: Readonly<Record<string, unknown>>;
  questions: readonly AnsweredQuestion[];
}

export const lastQuestion = (question: Question): string => question.messages.at(-1)?.content ?? '';

/** Returns the sides that are present, in the order in which they are shown. */
export const sidesOf = (sides: BySide<unknown>): Side[] =>
  sides.production === undefined ? ['before', 'after'] : ['before', 'production', 'after'];

/** Renders the report as Markdown: the verdict, the scores by metric, and every question with all answers side by side. */
export function renderReport(report: EvaluationReport): string {
  const { notes = [] } = report;
  const asked = report.questions[0] ? sidesOf(report.questions[0]) : sidesOf(report);
  const named = sidesOf(report);
  const showsReference = report.questions.some(({ reference }) => reference !== undefined);
  const showsScore = report.metric !== 'none';
  const columns = [
    '#',
    'question',
    ...(showsReference ? ['reference'] : []),
    ...asked,
    ...(showsScore ? [`${report.metric} ${asked.join(' → ')}`] : []),
  ];
  const rows = report.questions.map((each, index) => [
    `${index + 1}`,
    each.question,
    ...(showsReference ? [each.reference ?? ''] : []),
    ...asked.map((side) => withEnd(each[side]!)),
    ...(showsScore ? [asked.map((side) => scoreOf(each[side]!, report.metric)).join(' → ')] : []),
  ]);
  return [
    named.length > 2 ? '# Before, in production, and after' : '# Before and after',
    '',
    report.verdict,
    '',
    ...named.map((side) => `- ${side}: \`${report[side]!.name}\` (${shortDigest(report[side]!.digest)})`),
    '- greedy: temperature 0, repeat_penalty 1, one seed',
    ...notes.map((note) => `- ${note}`),
    '',
    ...scoreTable(report, asked),
    row(columns),
    row(columns.map(() => '---')),
    ...rows.map((cells) => row(cells.map(cell))),
    '',
  ].join('\n');
}

function scoreTable(report: EvaluationReport, sides: readonly Side[]): string[] {
  const { scores } = report.after;
  if (!scores) return [];
  const lines = (Object.keys(scores) as Metric[]).map((name) =>
    row([
      `${name}${name === report.metric ? ' (the score)' : ''}`,
      ...sides.map((side) => report[side]?.scores?.[name].toFixed(3) ?? '–'),
    ]),
  );
  return [row(['metric', ...sides]), row(['---', ...sides.map(() => '---')]), ...lines, ''];
}

function withEnd(answer: Answer): string {
  if (answer.end === 'length') return `${answer.text} … (cut at the token limit)`;
  if (answer.end === 'loop') return `${answer.text} … (ended by Ollama, since it repeated one token)`;
  return answer.text.trim() === '' ? '(empty answer)' : answer.text;
}

const scoreOf = (answer: { scores?: Scores }, metric: Metric | 'none') =>
  metric === 'none' || !answer.scores ? '–' : answer.scores[metric].toFixed(2);

const row = (cells: readonly string[]) => `| ${cells.join(' | ')} |`;

/** Escapes text for a cell of a Markdown table: it stays on one line, and nothing in it ends the cell or becomes HTML. */
const cell = (text: string) =>
  text.trim().replaceAll('\\', '\\\\').replaceAll('|', '\\|').replaceAll('<', '&lt;').replace(/\r?\n/g, '<br>');
