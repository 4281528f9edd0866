import color from 'picocolors';
import { type Change, changeWords } from '../../core/comparison/changes.ts';
import type { AnsweredTwice, ExamChanges } from '../../core/comparison/exam-changes.ts';
import type { RowChanges } from '../../core/comparison/row-changes.ts';
import type { RunDifference } from '../../core/comparison/run-difference.ts';
import { isRecord } from '../../core/json.ts';
import type { Gain } from '../../core/statistics/gain.ts';
import { plural } from '../../core/words/plural.ts';
import { signed } from '../../core/words/signed.ts';
import { duration } from './text/duration.ts';
import { printable } from './text/printable.ts';
import { sideBySide } from './text/side-by-side.ts';

const [maxRows, maxQuestions] = [5, 5];

/** Lays out what differs between two runs, and what has come of it, for a terminal of so many columns. */
export function differenceLines(difference: RunDifference, columns: number): string[] {
  const { before, after, document, pins, rows, numbers, exams, times } = difference;
  return [
    ...[before, after].map(
      ({ run, status, tookMs }, at) =>
        `${at === 0 ? 'before' : 'after '}  ${color.bold(run)} ${status}${tookMs === undefined ? '' : ` in ${duration(tookMs)}`}`,
    ),
    ...section('Document and inputs', document.map(changeWords), 'no difference'),
    ...section('Files, models and libraries', pins.map(changeWords), 'no difference'),
    ...Object.entries(rows).flatMap(([id, each]) => section(`Rows of ${id}`, rowLines(each), 'no difference')),
    ...Object.entries(exams).flatMap(([id, each]) => section(`Answers of ${id}`, examLines(each, columns), '')),
    ...section('Numbers', numbers.map(numberWords), 'no difference'),
    ...section('Time of the steps', timeLines(times), 'all reused'),
  ];
}

const section = (title: string, lines: readonly string[], none: string): string[] => [
  '',
  color.bold(title),
  ...(lines.length > 0 ? lines : [color.dim(none)]).map((line) => (line === '' ? '' : `  ${line}`)),
];

function rowLines({ before, after, added, removed }: RowChanges): string[] {
  if (added.length === 0 && removed.length === 0) return [];
  const some = (rows: readonly string[], mark: string) => [
    ...rows.slice(0, maxRows).map((row) => `${mark} ${rowWords(row)}`),
    ...(rows.length > maxRows ? [color.dim(`${mark} and ${rows.length - maxRows} more`)] : []),
  ];
  return [
    `${before} → ${after}: ${added.length} added, ${removed.length} removed`,
    ...some(added, color.green('+')),
    ...some(removed, color.red('-')),
  ];
}

const maxTextLength = 60;

/** A row by its last question and its answer. */
function rowWords(row: string): string {
  const value: unknown = JSON.parse(row);
  const messages = isRecord(value) && Array.isArray(value.messages) ? value.messages : [];
  const texts = messages.slice(-2).map((each) => (isRecord(each) ? shortened(String(each.content)) : ''));
  return texts.length > 0 ? texts.join(' → ') : shortened(row);
}

const shortened = (text: string): string => {
  const line = printable(text.replace(/\s+/g, ' ').trim());
  return line.length > maxTextLength ? `${line.slice(0, maxTextLength - 1)}…` : line;
};

function examLines(
  { metric, before, after, questions, onlyBefore, onlyAfter, wins, gain }: ExamChanges,
  columns: number,
) {
  const told = questions.filter(({ before: one, after: other }) => one.text !== other.text).sort(byDistance);
  return [
    ...(metric === undefined ? ['scored by different metrics, or by none'] : []),
    ...(before.score === undefined || after.score === undefined
      ? []
      : [`${metric} ${before.score.toFixed(3)} → ${after.score.toFixed(3)}`]),
    ...(gain ? [gainLine(gain)] : []),
    ...(before.judged === undefined || after.judged === undefined
      ? []
      : [`win share by the judge ${before.judged.toFixed(3)} → ${after.judged.toFixed(3)}`]),
    ...(metric === undefined
      ? []
      : [
          `of ${plural(questions.length, 'question')} that both have: ${wins.after} better after, ${wins.before} better before, ${wins.neither} equal${openWords(questions)}`,
        ]),
    ...(onlyBefore + onlyAfter > 0 ? [`asked on one side only: ${onlyBefore} before, ${onlyAfter} after`] : []),
    ...told.slice(0, maxQuestions).flatMap((each) => ['', ...questionLines(each, columns - 2)]),
    ...(told.length > maxQuestions
      ? ['', color.dim(`and ${told.length - maxQuestions} more answers differ; \`--json\` has all`)]
      : []),
  ];
}

/** An answer that was cut has no score. */
function gainLine({ mean, low, high, sign }: Gain): string {
  const told = { higher: 'better', lower: 'worse', open: 'too few questions to tell' }[sign];
  return `on the same questions ${signed(mean, 3)}, 95 % ${signed(low, 3)} to ${signed(high, 3)}: ${told}`;
}

function openWords(questions: readonly AnsweredTwice[]): string {
  const count = questions.filter(({ winner }) => winner === undefined).length;
  return count === 0 ? '' : `, ${count} without a score on one side`;
}

const distance = ({ before, after }: AnsweredTwice) => Math.abs((after.score ?? 0) - (before.score ?? 0));
const byDistance = (one: AnsweredTwice, other: AnsweredTwice) => distance(other) - distance(one);

function questionLines({ question, before, after, winner }: AnsweredTwice, columns: number): string[] {
  const column = (side: 'before' | 'after', { text, score }: AnsweredTwice['before']) => {
    const mark = winner === side ? color.green(' better') : '';
    return {
      title: [color.dim(`${side}${score === undefined ? '' : ` ${score.toFixed(3)}`}`) + mark],
      text: printable(text.trim() === '' ? '(empty answer)' : text.trim()),
    };
  };
  return [color.bold(shortened(question)), ...sideBySide([column('before', before), column('after', after)], columns)];
}

/** Numbers that an engineer compares, in as many digits as differ at a glance. */
function numberWords({ name, before, after }: Change): string {
  const [one, other] = [Number(before), Number(after)];
  const digits = (value: number) => (Number.isInteger(value) ? String(value) : value.toPrecision(4));
  const change = other - one;
  return `${name} ${digits(one)} → ${digits(other)} ${color.dim(`(${change > 0 ? '+' : ''}${digits(change)})`)}`;
}

const timeLines = (times: RunDifference['times']): string[] =>
  Object.entries(times).map(
    ([id, { before, after }]) =>
      `${id} ${[before, after].map((each) => (each === undefined ? '–' : duration(each))).join(' → ')}`,
  );
