import { followsPlace } from '../judge/decide.ts';
import { type DriftReport, takenOf } from '../quantization/drift-report.ts';
import { minUnequal } from '../statistics/gain.ts';
import { mannerOrContent } from '../statistics/manner.ts';
import type { Cost } from './cost.ts';
import type { Curves, Line, Point } from './curves.ts';
import type { Exam, ExamArm, ExamJudge, ExamModel } from './exam.ts';

/** Whether the tuning was worth it, sentence by sentence: each a code with the figures that say so. */
export type Worth =
  /** How the tuned model stands against the base. `enough`: questions that would probably tell. */
  | { code: 'gained' | 'lost' | 'open'; facts: Compared & { questions: number; enough?: number } }
  /** No score of one of the two models is known, or too few for an interval. `cut`: answers that ended at `maxTokens`. */
  | { code: 'untold'; facts: { score?: number; other?: number; questions: number } & Incomplete }
  /** How much of the tuned model's score its answers keep when they are dealt to other questions. `manner`: too much to tell. */
  | { code: 'content' | 'manner'; facts: { score: number; dealt: number; low: number; high: number } }
  /** The best other way to answer, and how the tuned model stands against it. */
  | { code: 'beats_arm' | 'behind_arm' | 'like_arm'; facts: Compared & ArmFacts }
  | { code: 'no_arms'; facts: Record<never, never> }
  /** How often a judge prefers the tuned model's answer to the one before, with the interval of that share where enough differ. */
  | {
      code: 'judged';
      facts: { wins: number; ties: number; losses: number; share: number; low?: number; high?: number };
    }
  /** It named the same place in both orders so often that its verdicts tell little. */
  | { code: 'judge_placed'; facts: { followed: number; questions: number } }
  /** Right answers to general questions, before and after. */
  | { code: 'forgot' | 'kept' | 'learned'; facts: General }
  /** Bits per byte of the answers of held-out rows, of the base and of the file that is served; lower is better. */
  | { code: 'predicts'; facts: { base: number; tuned: number; rows: number } }
  | { code: 'worse_on'; facts: { worse: number; questions: number } }
  /** Milliseconds of the device, bytes of what was made, rows learned. `reused`: steps of earlier runs, whose price is not in it. */
  | { code: 'price'; facts: { deviceMs: number; artifactBytes: number; rows?: number; reused?: number } }
  /** The loss on held-out rows was lowest at a step before the last. */
  | { code: 'overfitted'; facts: { step: number; last: number; lowest: number; ended: number } }
  /** It still fell at the end. */
  | { code: 'still_learning'; facts: { before: number; ended: number } };

export interface ArmFacts {
  arm: string;
  /** The questions that both models answered whole, where those are not all. */
  shared?: number;
  /** What stands before each question, and how much of it at most. */
  found?: { of: 'rows' | 'parts'; nearest: number };
  /** Seconds of an answer and the tokens that it reads, of this way and of the tuned model. */
  price?: { seconds: number; read: number; ownSeconds: number; ownRead: number };
}

interface Compared {
  score: number;
  other: number;
  low: number;
  high: number;
}

/** Answers that leave the score open: of the model before, of the tuned one, and how many of both a larger limit would end. */
interface Incomplete {
  before: number;
  after: number;
  cut: number;
  maxTokens: number;
}

/** Right answers before and after, and the interval of the difference of their shares. */
interface General {
  questions: number;
  before: number;
  after: number;
  low: number;
  high: number;
}

interface Known {
  exam: Exam | undefined;
  cost: Cost;
  curves: Curves | undefined;
  /** What a quantize step measured. */
  drift?: DriftReport | undefined;
  /** Rows that the training learned. */
  rows: number | undefined;
  /** Steps that an earlier run has made. */
  reused?: number;
}

/** Nothing without a metric: what has no figure is not said. */
export function worthOf({ exam, cost, curves, drift, rows, reused = 0 }: Known): Worth[] {
  const after = exam?.models.find(({ side }) => side === 'after');
  const before = exam?.models.find(({ side }) => side === 'before');
  if (exam?.metric === undefined || !after || !before) return [];
  const { deviceMs, artifactBytes } = cost;
  return [
    gainWorth(exam, after, before),
    ...(exam.manner ? mannerWorth(exam.manner) : []),
    ...(exam.judge ? judgeWorth(exam.judge) : []),
    ...(after.score === undefined ? [] : armWorth(exam, after.score, after.cost)),
    ...(exam.general ? [generalWorth(exam.general)] : []),
    ...(drift ? bitsWorth(drift) : []),
    ...(exam.changes.worse > 0
      ? [{ code: 'worse_on' as const, facts: { worse: exam.changes.worse, questions: exam.questions.length } }]
      : []),
    {
      code: 'price',
      facts: { deviceMs, artifactBytes, ...(rows === undefined ? {} : { rows }), ...(reused > 0 ? { reused } : {}) },
    },
    ...(curves ? lossWorth(curves.evalLoss) : []),
  ];
}

function gainWorth(exam: Exam, after: ExamModel, { score: other, gain }: ExamModel): Worth {
  const { score } = after;
  if (score === undefined || other === undefined || !gain) {
    const known = { ...(score === undefined ? {} : { score }), ...(other === undefined ? {} : { other }) };
    return { code: 'untold', facts: { ...known, questions: exam.questions.length, ...incompleteIn(exam) } };
  }
  const told = { score, other, low: gain.low, high: gain.high };
  const enough = gain.enough === undefined ? {} : { enough: gain.enough };
  const code = ({ higher: 'gained', lower: 'lost', open: 'open' } as const)[gain.sign];
  return { code, facts: { ...told, questions: exam.judged ?? exam.questions.length, ...enough } };
}

function incompleteIn({ questions, maxTokens }: Exam): Incomplete {
  const openOf = (side: string) =>
    questions.flatMap(({ answers }) => answers.filter((each) => each.side === side && each.score === undefined));
  const [before, after] = [openOf('before'), openOf('after')];
  const cut = [...before, ...after].filter(({ end }) => end === 'length' || end === 'thinking');
  return { before: before.length, after: after.length, cut: cut.length, maxTokens };
}

function mannerWorth(manner: NonNullable<Exam['manner']>): Worth[] {
  const { score, dealt, gain } = manner;
  const code = mannerOrContent(manner);
  return code ? [{ code, facts: { score, dealt, low: gain.low, high: gain.high } }] : [];
}

function judgeWorth({ against, bias }: ExamJudge): Worth[] {
  const tally = against.before;
  if (tally?.share === undefined) return [];
  const { wins, ties, losses, share, interval, gain } = tally;
  const bounds = interval && gain && gain.unequal >= minUnequal ? { low: interval[0], high: interval[1] } : {};
  return [
    { code: 'judged', facts: { wins, ties, losses, share, ...bounds } },
    ...(followsPlace(bias)
      ? [{ code: 'judge_placed' as const, facts: { followed: bias.first + bias.second, questions: bias.of } }]
      : []),
  ];
}

/** On rows that the training learned a low figure proves nothing. */
function bitsWorth(drift: DriftReport): Worth[] {
  const [base, tuned] = [drift.before?.bits_per_byte, takenOf(drift)?.bits_per_byte];
  const { side, rows } = drift.rows;
  if (base === undefined || tuned === undefined || side !== 'held-out') return [];
  return [{ code: 'predicts', facts: { base, tuned, rows } }];
}

function generalWorth({ questions, before, after, gain }: NonNullable<Exam['general']>): Worth {
  const code = ({ higher: 'learned', lower: 'forgot', open: 'kept' } as const)[gain.sign];
  const right = (share: number) => Math.round(share * questions);
  return { code, facts: { questions, before: right(before), after: right(after), low: gain.low, high: gain.high } };
}

/** Against the best way that does without the tuned model: that is the one it must beat to be worth its price. */
function armWorth({ arms, questions }: Exam, tuned: number, own: ExamArm['cost'] | undefined): Worth[] {
  const cheaper = arms.filter((arm) => arm.model === 'before' && arm.score !== undefined && arm.gain);
  if (cheaper.length === 0) return [{ code: 'no_arms', facts: {} }];
  const best = cheaper.reduce((a, b) => (b.score! > a.score! ? b : a));
  const { low, high, sign } = best.gain!;
  const code = ({ higher: 'beats_arm', lower: 'behind_arm', open: 'like_arm' } as const)[sign];
  // A report of an older temper does not say which questions were compared.
  const { compared } = best;
  const shared = compared && compared.questions < questions.length ? { shared: compared.questions } : {};
  const [score, other] = [compared?.after ?? tuned, compared?.score ?? best.score!];
  return [{ code, facts: { ...armFacts(best, own), ...shared, score, other, low, high } }];
}

function armFacts({ name, nearest, documents, cost }: ExamArm, own: ExamArm['cost'] | undefined): ArmFacts {
  const { seconds, promptTokens: read } = cost;
  return {
    arm: name,
    ...(nearest === undefined ? {} : { found: { of: documents ? 'parts' : 'rows', nearest } }),
    ...(own ? { price: { seconds, read, ownSeconds: own.seconds, ownRead: own.promptTokens } } : {}),
  };
}

/** A smaller share of the loss is noise of so few held-out rows. */
const least = 0.01;

function lossWorth(line: Line): Worth[] {
  const points = [...new Map(line.flat()).entries()].sort(([a], [b]) => a - b) as Point[];
  const [last, before] = [points.at(-1), points.at(-2)];
  if (!last || !before) return [];
  const lowest = points.reduce((a, b) => (b[1] < a[1] ? b : a));
  if (last[1] > lowest[1] * (1 + least))
    return [{ code: 'overfitted', facts: { step: lowest[0], last: last[0], lowest: lowest[1], ended: last[1] } }];
  return last[1] < before[1] * (1 - least)
    ? [{ code: 'still_learning', facts: { before: before[1], ended: last[1] } }]
    : [];
}
