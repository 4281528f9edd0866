import type { Answer } from './ask-questions.ts';
import { type Question, several } from './questions.ts';

export type Metric = 'chrf' | 'rouge_l' | 'exact' | 'contains';
export type Scores = Readonly<Record<Metric, number>>;

export interface Judged {
  at: string;
  question: string;
  reference?: string;
  before: Answer & { scores?: Scores };
  after: Answer & { scores?: Scores };
}

export interface EvaluationReport {
  before: { name: string; digest: string; scores?: Scores };
  after: { name: string; digest: string; scores?: Scores };
  metric: Metric | 'none';
  verdict: string;
  options: Readonly<Record<string, unknown>>;
  questions: readonly Judged[];
}

/** One line for people: which model answered better, and by how much. */
export function verdictOf(metric: Metric | 'none', count: number, score?: number, baseline?: number): string {
  if (score === undefined || baseline === undefined || metric === 'none')
    return `${several(count, 'question')} answered by both models, without a score`;
  const gain = score - baseline;
  return `after ${score.toFixed(2)} ${metric}, before ${baseline.toFixed(2)} (${gain < 0 ? '−' : '+'}${Math.abs(gain).toFixed(2)}) on ${several(count, 'question')}`;
}

export const lastQuestion = (question: Question): string => question.messages.at(-1)?.content ?? '';

/** The report as a page: the verdict, the scores by metric, and every question with both answers beside each other. */
export function renderReport(report: EvaluationReport): string {
  const { before, after } = report;
  const scores =
    before.scores && after.scores
      ? [
          '| metric | before | after |',
          '|---|---|---|',
          ...(Object.keys(after.scores) as Metric[]).map(
            (name) =>
              `| ${name}${name === report.metric ? ' (the score)' : ''} | ${before.scores![name].toFixed(3)} | ${after.scores![name].toFixed(3)} |`,
          ),
          '',
        ]
      : [];
  const showsReference = report.questions.some(({ reference }) => reference !== undefined);
  const showsScore = report.metric !== 'none';
  const columns = [
    '#',
    'question',
    ...(showsReference ? ['reference'] : []),
    'before',
    'after',
    ...(showsScore ? [`${report.metric} before → after`] : []),
  ];
  const rows = report.questions.map((each, index) => [
    `${index + 1}`,
    each.question,
    ...(showsReference ? [each.reference ?? ''] : []),
    withEnd(each.before),
    withEnd(each.after),
    ...(showsScore ? [`${scoreOf(each.before, report.metric)} → ${scoreOf(each.after, report.metric)}`] : []),
  ]);
  return [
    '# Before and after',
    '',
    report.verdict,
    '',
    `- before: \`${before.name}\` (${before.digest.slice(7, 19)})`,
    `- after: \`${after.name}\` (${after.digest.slice(7, 19)})`,
    '- greedy: temperature 0, repeat_penalty 1, one seed',
    '',
    ...scores,
    row(columns),
    row(columns.map(() => '---')),
    ...rows.map((cells) => row(cells.map(cell))),
    '',
  ].join('\n');
}

function withEnd(answer: Answer): string {
  if (answer.end === 'length') return `${answer.text} … (cut at the token limit)`;
  if (answer.end === 'loop') return `${answer.text} … (ended by Ollama: it repeated itself)`;
  return answer.text.trim() === '' ? '(empty answer)' : answer.text;
}

const scoreOf = (answer: { scores?: Scores }, metric: Metric | 'none') =>
  metric === 'none' || !answer.scores ? '–' : answer.scores[metric].toFixed(2);

const row = (cells: readonly string[]) => `| ${cells.join(' | ')} |`;

/** Text in a cell of a Markdown table: on one line, and nothing in it ends the cell or becomes HTML. */
const cell = (text: string) =>
  text.trim().replaceAll('\\', '\\\\').replaceAll('|', '\\|').replaceAll('<', '&lt;').replace(/\r?\n/g, '<br>');
