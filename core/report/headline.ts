import type { RunState } from '../run/run-state.ts';
import type { Exam } from './exam.ts';

interface Judged {
  score?: number;
  baseline?: number;
  /** The 95 % interval of the gain. */
  gain?: readonly [low: number, high: number];
  metric: string;
  served?: string;
}

/** What a report says first, as a code with its facts; the words are where a person reads them. */
export type Headline =
  /** `undecided`: its score is higher, and the questions are too few to tell. `forgot`: it is higher, at the price of the rest. */
  | { code: 'better' | 'not_better' | 'undecided' | 'forgot'; facts: Judged }
  /** All models have answered, and no metric compares them. */
  | { code: 'answered'; facts: { questions: number; served?: string } }
  | { code: 'no_exam'; facts: { served?: string } }
  | { code: 'failed'; facts: { steps: readonly string[] } }
  | { code: 'waits'; facts: { steps: readonly string[] } }
  | { code: 'running' | 'paused' | 'cancelled' | 'terminated'; facts: { running: readonly string[] } };

/** A run that has not succeeded says that first: an evaluation of it may be of a part. */
export function headlineOf(state: RunState, exams: readonly Exam[], served: string | undefined): Headline {
  const steps = Object.entries(state.steps);
  const idsOf = (some: (step: RunState['steps'][string]) => boolean) =>
    steps.filter(([, step]) => some(step)).map(([id]) => id);
  const asking = idsOf(({ waitsFor }) => waitsFor !== undefined);
  if (asking.length > 0 && state.status === 'running') return { code: 'waits', facts: { steps: asking } };
  if (state.status === 'failed') return { code: 'failed', facts: { steps: idsOf((step) => step.state === 'failed') } };
  if (state.status !== 'succeeded')
    return { code: state.status, facts: { running: idsOf((step) => step.state === 'running') } };
  const serving = served === undefined ? {} : { served };
  // The last one judges what the run ends with.
  const exam = exams.at(-1);
  if (!exam) return { code: 'no_exam', facts: serving };
  if (exam.metric === undefined || exam.better === undefined)
    return { code: 'answered', facts: { questions: exam.questions.length, ...serving } };
  const scoreOf = (side: 'before' | 'after') => exam.models.find((each) => each.side === side)?.score;
  const gain = exam.models.find(({ side }) => side === 'before')?.gain;
  const [score, baseline] = [scoreOf('after'), scoreOf('before')];
  return {
    code: judgementOn(exam, gain?.sign),
    facts: {
      ...(score === undefined ? {} : { score }),
      ...(baseline === undefined ? {} : { baseline }),
      ...(gain ? { gain: [gain.low, gain.high] as const } : {}),
      metric: exam.metric,
      ...serving,
    },
  };
}

function judgementOn({ better, isUndecided, general }: Exam, sign: string | undefined) {
  if (better) return 'better';
  if (isUndecided) return 'undecided';
  return general?.tooMuch && sign === 'higher' ? 'forgot' : 'not_better';
}
