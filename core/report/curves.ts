/** What a training tells of itself, as far as curves need it. An event of the trainer has at least these fields. */
export type CurveEvent =
  | { event: 'started'; step: number; max_steps: number }
  | {
      event: 'progress';
      step: number;
      /** A word where it is no number: `nan`, `inf`. */
      loss: number | string;
      learning_rate: number;
      tokens_per_second: number;
      eta_seconds: number;
      memory_bytes: number;
    }
  | { event: 'evaluated'; step: number; eval_loss: number }
  | { event: 'checkpoint'; step: number }
  | { event: 'interrupted'; step: number };

/** A value at an optimizer step. */
export type Point = readonly [step: number, value: number];

/** A line in pieces: one for each time that the training started. */
export type Line = readonly (readonly Point[])[];

/** A training that ended before its last step and went on from a checkpoint. */
export interface Interruption {
  /** The last step that it told. */
  reached: number;
  /** The step it went on from. What lies between the two was trained again. */
  resumedFrom: number;
}

export interface Curves {
  maxSteps: number;
  reached: number;
  loss: Line;
  evalLoss: Line;
  learningRate: Line;
  tokensPerSecond: Line;
  memoryBytes: Line;
  checkpoints: readonly number[];
  interruptions: readonly Interruption[];
  /** Steps whose loss was no number. */
  unmeasured: readonly number[];
  etaSeconds?: number;
}

const measures = {
  loss: 'loss',
  learningRate: 'learning_rate',
  tokensPerSecond: 'tokens_per_second',
  memoryBytes: 'memory_bytes',
} as const;
type Measure = keyof typeof measures | 'evalLoss';

/** Makes the curves of one training, from the first of its attempts to the last; undefined if none has started. */
export function curvesOf(events: readonly CurveEvent[]): Curves | undefined {
  const lines: Record<Measure, Point[][]> = {
    loss: [],
    evalLoss: [],
    learningRate: [],
    tokensPerSecond: [],
    memoryBytes: [],
  };
  const add = (measure: Measure, point: Point) => lines[measure].at(-1)?.push(point);
  const interruptions: Interruption[] = [];
  const checkpoints = new Set<number>();
  const unmeasured: number[] = [];
  let maxSteps: number | undefined;
  let reached = 0;
  let etaSeconds: number | undefined;
  for (const each of events) {
    if (each.event === 'started') {
      if (maxSteps !== undefined) interruptions.push({ reached, resumedFrom: each.step });
      for (const pieces of Object.values(lines)) pieces.push([]);
      maxSteps = each.max_steps;
    } else if (each.event === 'progress') {
      for (const [measure, field] of Object.entries(measures) as [
        keyof typeof measures,
        (typeof measures)[Measure & keyof typeof measures],
      ][]) {
        const value = each[field];
        if (typeof value === 'number') add(measure, [each.step, value]);
      }
      if (typeof each.loss !== 'number') unmeasured.push(each.step);
      etaSeconds = each.eta_seconds;
    } else if (each.event === 'evaluated') add('evalLoss', [each.step, each.eval_loss]);
    else if (each.event === 'checkpoint') checkpoints.add(each.step);
    reached = each.step;
  }
  if (maxSteps === undefined) return undefined;
  return {
    maxSteps,
    reached,
    ...lines,
    checkpoints: [...checkpoints].sort((a, b) => a - b),
    interruptions,
    unmeasured,
    ...(etaSeconds === undefined ? {} : { etaSeconds }),
  };
}

/** Keeps the least and the greatest value of each of `maxPoints / 2` parts: a spike stays visible, and a long line stays small. */
export function thinned(points: readonly Point[], maxPoints = 600): readonly Point[] {
  if (points.length <= maxPoints) return points;
  const parts = Math.floor(maxPoints / 2);
  return Array.from({ length: parts }, (_, part) => {
    const from = Math.floor((part * points.length) / parts);
    const some = points.slice(from, Math.floor(((part + 1) * points.length) / parts));
    const least = some.reduce((a, b) => (b[1] < a[1] ? b : a));
    const greatest = some.reduce((a, b) => (b[1] > a[1] ? b : a));
    return least === greatest ? [least] : [least, greatest].sort((a, b) => a[0] - b[0]);
  }).flat();
}

/** Tells the points that count from those that were trained again: `givenUp` begins where the kept part ends. */
export function splitAtInterruptions(
  line: Line,
  interruptions: readonly Interruption[],
): { kept: readonly Point[]; givenUp: readonly (readonly Point[])[] } {
  const parts = line.map((piece, index) => {
    // A later interruption may go back behind an earlier one.
    const until = Math.min(
      ...interruptions.slice(index).map(({ resumedFrom }) => resumedFrom),
      Number.POSITIVE_INFINITY,
    );
    const kept = piece.filter(([step]) => step <= until);
    return { kept, rest: piece.slice(Math.max(0, kept.length - 1)) };
  });
  return {
    kept: parts.flatMap(({ kept }) => kept),
    givenUp: parts.filter(({ kept, rest }) => rest.length > (kept.length > 0 ? 1 : 0)).map(({ rest }) => rest),
  };
}
