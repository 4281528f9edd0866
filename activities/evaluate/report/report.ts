import { shortDigest } from '../../../core/handles.ts';
import type { HarnessReport } from '../../../core/harness/harness-report.ts';
import type { JudgedQuestion, JudgeReport } from '../../../core/judge/judge-report.ts';
import { type Scores, scoreNames } from '../../../core/metrics/metrics.ts';
import type { Weights } from '../../../core/metrics/weights.ts';
import type { Manner } from '../../../core/statistics/manner.ts';
import {
  type EvaluationNote,
  incompleteMark,
  incompleteWords,
  noteWords,
  type Side,
} from '../../../core/words/evaluation-notes.ts';
import { harnessCells, harnessHow } from '../../../core/words/harness.ts';
import { judgeLines } from '../../../core/words/judge.ts';
import type { Answer } from '../../../services/ollama/greedy-question.ts';
import type { JudgedArm } from '../arms/judged-arm.ts';
import { type Way, wayOf, wayTable } from '../arms/render-arms.ts';
import type { GeneralAbility } from '../general/ask-general.ts';
import type { Cost } from '../questions/ask-questions.ts';
import type { Gains, Incomplete, Outcome } from '../verdict.ts';
import { cell, gainCell, row } from './markdown-table.ts';
import { type Styles, styleTable } from './style.ts';

export type BySide<T> = { before: T; after: T; production?: T };

interface AnsweredQuestion extends BySide<Answer & { scores?: Scores }> {
  at: string;
  question: string;
  /** The messages before it. */
  history?: readonly { role: string; content: string }[];
  reference?: string;
  /** More references: each metric takes the best. */
  other_references?: readonly string[];
  pattern?: string;
  schema?: Readonly<Record<string, unknown>>;
  verdicts?: Readonly<Record<string, JudgedQuestion>>;
}

export type Ranges = Readonly<Partial<Record<string, readonly [number, number]>>>;

interface JudgedModel {
  name: string;
  digest: string;
  scores?: Scores;
  /** Where incomplete answers leave a score open. */
  ranges?: Ranges;
  /** The 95 % interval of the score, over questions of this kind. */
  interval?: readonly [low: number, high: number];
  /** How far the answers to one question lie apart in the score, where there are several. */
  within?: number;
}

export interface EvaluationReport extends BySide<JudgedModel> {
  /** The name of the score; `none` without one. */
  metric: string;
  /** Of a score of several metrics. */
  weights?: Weights;
  verdict: string;
  /** The three are absent without a metric. */
  outcome?: Outcome;
  rule?: 'interval' | 'mean';
  /** By how much `after` scores higher than each other model. */
  gains?: Gains;
  /** How much of the score of `after` is manner. */
  manner?: Manner;
  /** Other ways to answer, and what each side costs beside them. */
  arms?: readonly JudgedArm[];
  costs?: BySide<Cost>;
  judge?: JudgeReport;
  /** Answers to questions that the tuning did not teach. */
  general?: GeneralAbility & { tooMuch: boolean };
  harness?: HarnessReport;
  /** If some answers are incomplete: the number of questions whose scores are known. The scores are their means. */
  judged?: number;
  incomplete?: Incomplete;
  /** How the answers of each side are written, whatever they say. */
  style?: Styles;
  /** Cautions for a reader of the scores. */
  notes?: readonly EvaluationNote[];
  options: Readonly<Record<string, unknown>>;
  questions: readonly AnsweredQuestion[];
}

/** Returns the sides that are present, in the order in which they are shown. */
export const sidesOf = (sides: BySide<unknown>): Side[] =>
  sides.production === undefined ? ['before', 'after'] : ['before', 'production', 'after'];

/** Renders the report as Markdown: the verdict, the scores by metric, and every question with all answers side by side. */
export function renderReport(report: EvaluationReport): string {
  const { notes = [] } = report;
  const asked = report.questions[0] ? sidesOf(report.questions[0]) : sidesOf(report);
  const named = sidesOf(report);
  const showsReference = report.questions.some((each) => referencesOf(each) !== '');
  const showsScore = report.metric !== 'none';
  const columns = [
    '#',
    'question',
    ...(showsReference ? ['reference'] : []),
    ...asked,
    ...(showsScore ? [`${report.metric} ${asked.join(' → ')}`] : []),
    ...(report.judge ? ['judge'] : []),
  ];
  const rows = report.questions.map((each, index) => [
    `${index + 1}`,
    [...turnsBefore(each).map(({ role, content }) => `${role}: ${content}`), each.question].join('\n'),
    ...(showsReference ? [referencesOf(each)] : []),
    ...asked.map((side) => withEnd(each[side]!, Number(report.options.max_tokens))),
    ...(showsScore ? [asked.map((side) => scoreOf(each[side]!, report.metric)).join(' → ')] : []),
    ...(report.judge ? [verdictCell(each.verdicts)] : []),
  ]);
  return [
    named.length > 2 ? '# Before, in production, and after' : '# Before and after',
    '',
    report.verdict,
    '',
    ...named.map((side) => `- ${side}: \`${report[side]!.name}\` (${shortDigest(report[side]!.digest)})`),
    decodingLine(report.options),
    ...incompleteLines(report),
    ...generalLines(report),
    ...(report.judge ? judgeLines(report.judge).map((line) => `- ${cell(line)}`) : []),
    ...notes.map((note) => `- ${noteWords(note)}`),
    '',
    ...harnessTable(report),
    ...scoreTable(report, asked),
    ...waysOf(report),
    ...styleTable(report.style ?? {}),
    row(columns),
    row(columns.map(() => '---')),
    ...rows.map((cells) => row(cells.map(cell))),
    '',
  ].join('\n');
}

function decodingLine({ temperature, samples, seed }: EvaluationReport['options']): string {
  if (temperature === undefined) return '- greedy: temperature 0, repeat_penalty 1, one seed';
  const count = Number(samples);
  const seeds = count === 1 ? `seed ${seed}` : `seeds ${seed} to ${Number(seed) + count - 1}`;
  const first = count === 1 ? '' : '; the first is shown, and a score is the mean over all';
  return `- ${count} drawn ${count === 1 ? 'answer' : 'answers'} to each question: temperature ${temperature}, repeat_penalty 1, ${seeds}${first}`;
}

function incompleteLines({ incomplete, judged, questions, metric }: EvaluationReport): string[] {
  if (!incomplete) return [];
  const each = incomplete.counts.map(
    ({ side, counts }) => `- incomplete answers of ${side}: ${incompleteWords(counts, incomplete.maxTokens)}`,
  );
  if (metric === 'none') return each;
  const all = judged === questions.length;
  return [
    ...each,
    all
      ? '- however the incomplete answers went on, their scores would be the same'
      : `- the score is a mean over the ${judged} of ${questions.length} questions whose scores are known. For \`better\`, an incomplete answer of \`after\` counts as the worst that it can become, and those of the others as the best`,
  ];
}

function generalLines({ general }: EvaluationReport): string[] {
  if (!general) return [];
  const { questions, before, after, forgotten } = general;
  const right = (share: number) => Math.round(share * questions);
  const shares = `${right(before)} of ${questions} general questions answered rightly before, ${right(after)} after`;
  const lines = forgotten.map(({ question, after: now }) => `  - ${cell(question)} After: ${cell(now)}`);
  return [`- ${shares}`, ...(lines.length > 0 ? ['- right before, and not after:', ...lines] : [])];
}

function harnessTable({ harness }: EvaluationReport): string[] {
  if (!harness) return [];
  const columns = ['task', 'metric', 'questions', 'before', 'after'];
  const rows = harness.metrics.map((each) => row(harnessCells(each).map(cell)));
  return [cell(harnessHow(harness)), '', row(columns), row(columns.map(() => '---')), ...rows, ''];
}

/** The models as they are, then the arms; nothing without arms. */
function waysOf(report: EvaluationReport): string[] {
  const { arms, costs, metric } = report;
  if (!arms || !costs) return [];
  const sides = sidesOf(costs).map((side): Way => {
    const { scores, interval } = report[side]!;
    const score = metric === 'none' ? undefined : scores?.[metric];
    return {
      way: side,
      score,
      interval,
      gain: side === 'after' ? undefined : report.gains?.[side],
      cost: costs[side]!,
    };
  });
  return wayTable(metric, [...sides, ...arms.map(wayOf)]);
}

function scoreTable(report: EvaluationReport, sides: readonly Side[]): string[] {
  if (report.metric === 'none') return [];
  const intervals = sides.map((side) => report[side]!.interval?.map((bound) => bound.toFixed(3)).join(' to ') ?? '–');
  const gains = sides.map((side) => gainCell(side === 'after' ? undefined : report.gains?.[side]));
  const names = scoreNames(sides.map((side) => ({ ...report[side]!.scores, ...report[side]!.ranges })));
  const spread = sides.map((side) => report[side]!.within?.toFixed(3) ?? '–');
  const lines = names.map((name) =>
    row([
      `${name}${name === report.metric ? ' (the score)' : ''}`,
      ...sides.map((side) => scoreCell(report[side]!, name)),
    ]),
  );
  return [
    row(['metric', ...sides]),
    row(['---', ...sides.map(() => '---')]),
    ...lines,
    row(['score, 95 % interval', ...intervals]),
    row(['gain of after, 95 % interval', ...gains]),
    ...(spread.every((each) => each === '–') ? [] : [row(['spread of answers to one question', ...spread])]),
    '',
  ];
}

function scoreCell({ scores, ranges }: JudgedModel, metric: string): string {
  const range = ranges?.[metric]?.map((bound) => bound.toFixed(3)).join('–');
  const score = scores?.[metric]?.toFixed(3);
  if (range === undefined) return score ?? '–';
  return score === undefined ? range : `${score} (${range})`;
}

/** What an answer is scored by: all references, or the pattern of a question without one. */
const referencesOf = ({ reference, other_references = [], pattern }: AnsweredQuestion) =>
  [...(reference === undefined ? [] : [reference]), ...other_references].join(' / ') || (pattern ?? '');

function withEnd(answer: Answer, maxTokens: number): string {
  const { text, end } = answer;
  if (end === 'loop') return `${text} … (ended, since it repeats itself)`;
  if (end === 'stop') return text.trim() === '' ? '(empty answer)' : text;
  return `${text.trim() === '' ? '' : `${text} … `}(${incompleteMark(end, maxTokens)})`;
}

const scoreOf = (answer: Answer & { scores?: Scores }, metric: string) => answer.scores?.[metric]?.toFixed(2) ?? '–';

const because = {
  agreed: '',
  contradicted: ' (contradicted itself)',
  unread: ' (unreadable)',
  same: ' (equal answers)',
};

/** The judge's choice beside each other model, and its reason. */
const verdictCell = (verdicts: AnsweredQuestion['verdicts'] = {}) =>
  Object.entries(verdicts)
    .map(([rival, { outcome, because: how, why = [], pairs }]) => {
      const told = pairs ? ` (${pairs.wins} won, ${pairs.ties} tied, ${pairs.losses} lost)` : because[how];
      const chosen = `${{ win: 'after', tie: 'tie', loss: rival }[outcome]}${told}`;
      return how === 'agreed' && why[0] ? `${chosen}: ${why[0]}` : chosen;
    })
    .join('\n');

/** One system message may stand before every question, so it is left to the JSON. */
const turnsBefore = ({ history = [] }: AnsweredQuestion) => history.filter(({ role }) => role !== 'system');
