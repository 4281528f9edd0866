import { type JsonSchema, readSchema } from './json-schema.ts';
import type { Metric, readingMetrics } from './metrics.ts';
import { isEqualNumber, lastNumber, type WrittenNumber } from './number.ts';
import { readPattern } from './pattern.ts';
import { lacking, type ScoredBy } from './question-parts.ts';

type Reading = (typeof readingMetrics)[number];
type Scores = Partial<Record<Reading, number>>;

/** `cut`: the answer goes on. `none`: nothing of it is known. */
export type AnswerEnd = 'whole' | 'cut' | 'none';

/** The scores of an answer, and those between which its continuation can bring them. */
export interface Bounded {
  each: Scores;
  floor: Scores;
  ceiling: Scores;
  /** It is JSON in a code fence, which is none. */
  isFenced: boolean;
}

interface Options {
  /** Those that make up the score. The others are told where the questions are made for them. */
  asked: readonly Metric[];
  /** For questions without a schema of their own. */
  schema?: JsonSchema | undefined;
  /** A share of the reference. */
  tolerance?: number | undefined;
}

/** Returns what scores the answers to each question by its own pattern, as JSON, and by its last number. */
export function answerReaders(
  questions: readonly ScoredBy[],
  { asked, schema, tolerance }: Options,
): ((text: string, end: AnswerEnd) => Bounded)[] {
  const readsNumbers = asked.includes('number') || lacking(questions, 'number').length === 0;
  const general = schema && usable(readSchema(schema)).fits;
  return questions.map(({ references, pattern, schema: own }) => {
    const found = pattern === undefined ? undefined : usable(readPattern(pattern));
    const fits = own ? usable(readSchema(own)).fits : general;
    const readsJson = fits !== undefined || asked.includes('json');
    const numbers = readsNumbers ? references.flatMap((text) => lastNumber(text) ?? []) : [];
    return (text, end) => {
      const bounds: Partial<Record<Reading, Bound>> = {
        ...(found ? { regex: bound(found.isIn(text.trim()), end, { stays: found.staysIn(text.trimStart()) }) } : {}),
        ...(readsJson ? { json: bound(isJson(text, fits), end, { isLost: !mayBeJson(text) }) } : {}),
        ...(numbers.length > 0 ? { number: bound(isOneOf(text, numbers, tolerance), end, {}) } : {}),
      };
      return {
        ...{ each: pick(bounds, 0), floor: pick(bounds, 1), ceiling: pick(bounds, 2) },
        isFenced: readsJson && end === 'whole' && !isJson(text, fits) && isJson(unfenced(text), fits),
      };
    };
  });
}

type Bound = readonly [each: number, floor: number, ceiling: number];

/** `stays`: a cut answer scores 1 however it goes on. `isLost`: it scores 0. */
function bound(isRight: boolean, end: AnswerEnd, { stays = false, isLost = false }): Bound {
  const score = Number(isRight);
  if (end === 'whole') return [score, score, score];
  if (end === 'none') return [0, 0, 1];
  return [score, Number(stays), Number(!isLost)];
}

const pick = (bounds: Partial<Record<Reading, Bound>>, at: 0 | 1 | 2): Scores =>
  Object.fromEntries(Object.entries(bounds).map(([metric, each]) => [metric, each[at]]));

function isJson(text: string, fits: ((value: unknown) => boolean) | undefined): boolean {
  try {
    const value: unknown = JSON.parse(text);
    return fits === undefined || fits(value);
  } catch {
    return false;
  }
}

/** Prose cannot become JSON. */
const mayBeJson = (text: string) => /^\s*(?:$|[[{"\d-]|t(?:r|$)|f(?:a|$)|n(?:u|$))/.test(text);

const unfenced = (text: string) => /^\s*```[\w-]*\n([\s\S]*?)\n?```\s*$/.exec(text)?.[1] ?? '';

function isOneOf(text: string, references: readonly WrittenNumber[], tolerance: number | undefined): boolean {
  const said = lastNumber(text);
  return said !== undefined && references.some((reference) => isEqualNumber(said, reference, tolerance));
}

/** Patterns and schemas are checked when the questions are read. */
function usable<T extends object>(read: T | { why: string }): T {
  if ('why' in read) throw new Error(read.why);
  return read;
}
