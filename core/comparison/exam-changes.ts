import type { ExamReport } from '../report/exam.ts';
import { type Gain, gainOf } from '../statistics/gain.ts';

/** One question as the trained models of two runs have answered it. */
export interface AnsweredTwice {
  question: string;
  reference?: string;
  before: { text: string; score?: number };
  after: { text: string; score?: number };
  /** Absent where a score is unknown, or the metrics differ. */
  winner?: 'before' | 'after' | 'neither';
}

export interface ExamChanges {
  /** Absent where the two are not scored alike. */
  metric?: string;
  before: { score?: number; judged?: number };
  /** `judged`: the share of the questions that the tuned model of that run won by its judge, against the model before its tuning. */
  after: { score?: number; judged?: number };
  /** Over the questions that both have, with its 95 % interval. */
  gain?: Gain;
  questions: AnsweredTwice[];
  /** Questions that only one side has asked. */
  onlyBefore: number;
  onlyAfter: number;
  wins: Readonly<Record<'before' | 'after' | 'neither', number>>;
}

/** Scores closer than this differ by rounding alone. */
const tolerance = 1e-9;

/** Compares what the tuned models of two evaluations have answered, question by question. */
export function examChanges(before: ExamReport, after: ExamReport): ExamChanges {
  const metric = before.metric === after.metric && after.metric !== 'none' ? after.metric : undefined;
  const asked = new Map(before.questions.map((each) => [keyOf(each), each]));
  const answered = (each: ExamReport['questions'][number]) => {
    const score = metric === undefined ? undefined : each.after.scores?.[metric];
    return { text: each.after.text, ...(score === undefined ? {} : { score }) };
  };
  const both = after.questions.flatMap((each) => {
    const earlier = asked.get(keyOf(each));
    return earlier ? [{ earlier, each }] : [];
  });
  const questions = both.map(({ earlier, each }): AnsweredTwice => {
    const [one, other] = [answered(earlier), answered(each)];
    const winner = winnerOf(one.score, other.score);
    return {
      question: each.question,
      ...(each.reference === undefined ? {} : { reference: each.reference }),
      before: one,
      after: other,
      ...(winner === undefined ? {} : { winner }),
    };
  });
  const count = (wanted: AnsweredTwice['winner']) => questions.filter(({ winner }) => winner === wanted).length;
  const scoreOf = (report: ExamReport) => {
    const score = metric === undefined ? undefined : report.after.scores?.[metric];
    const judged = report.judge?.against.before?.share;
    return { ...(score === undefined ? {} : { score }), ...(judged === undefined ? {} : { judged }) };
  };
  const scored = questions.flatMap(({ before: one, after: other }) =>
    one.score === undefined || other.score === undefined ? [] : [{ one: one.score, other: other.score }],
  );
  const gain = gainOf(
    scored.map(({ other }) => other),
    scored.map(({ one }) => one),
  );
  return {
    ...(metric === undefined ? {} : { metric }),
    before: scoreOf(before),
    after: scoreOf(after),
    ...(gain ? { gain } : {}),
    questions,
    onlyBefore: before.questions.length - new Set(both.map(({ earlier }) => earlier)).size,
    onlyAfter: after.questions.length - both.length,
    wins: { before: count('before'), after: count('after'), neither: count('neither') },
  };
}

/** A question with another reference is another one: its score means something else. */
const keyOf = ({ question, reference }: { question: string; reference?: string | undefined }): string =>
  JSON.stringify([question, reference]);

function winnerOf(before: number | undefined, after: number | undefined): AnsweredTwice['winner'] {
  if (before === undefined || after === undefined) return undefined;
  if (Math.abs(after - before) <= tolerance) return 'neither';
  return after > before ? 'after' : 'before';
}
