import { z } from 'zod';
import { isRecord } from '../json.ts';
import { rowProblem } from './row-problem.ts';

export const decisions = ['keep', 'edit', 'drop'] as const;
export type Decision = (typeof decisions)[number];

/** A line of a review file: a row, where it comes from, what the checks say, and what a person decides. */
export const reviewRow = z.object({
  id: z.string(),
  decision: z.enum(decisions).nullable(),
  question: z.string(),
  answer: z.string(),
  kind: z.string().optional(),
  source: z.string(),
  heading: z.string(),
  pages: z.tuple([z.number(), z.number()]).nullable(),
  /** What speaks against the row; with anything here it is used only if a person keeps it. An older temper wrote sentences. */
  problems: z.array(z.union([rowProblem, z.string()])),
  support: z.number().nullable(),
  text: z.string(),
});
export type ReviewRow = z.output<typeof reviewRow>;

const texts = { question: z.string().trim().min(1), answer: z.string().trim().min(1) };
/** What a person wrote into a line; the rest of it is there to be read. */
const decided = z.object({ id: z.string(), decision: z.enum(decisions).nullish(), ...texts });
/** A row that a person wrote. */
const added = z.object({ decision: z.literal('add'), ...texts });
export type Decided = z.output<typeof decided> | (z.output<typeof added> & { id: string });

export type ReadReview =
  | { rows: Decided[]; problem?: never }
  | { problem: { line: number; why: string }; rows?: never };

/** Reads a review file. A line that cannot be read is a problem: a decision must not be lost in silence. */
export function readReview(text: string): ReadReview {
  const rows = new Map<string, { row: Decided; line: number }>();
  for (const [at, line] of text
    .replace(/^\uFEFF/, '')
    .split(/\r?\n/)
    .entries()) {
    if (line.trim() === '') continue;
    const value = parse(line);
    const parsed = isAdded(value) ? added.safeParse(value) : decided.safeParse(value);
    if (parsed.success) {
      const row: Decided = 'id' in parsed.data ? parsed.data : { ...parsed.data, id: `line ${at + 1}` };
      const same = rows.get(row.id);
      if (same) return { problem: { line: at + 1, why: `\`id\` is that of line ${same.line}; a row has one line` } };
      rows.set(row.id, { row, line: at + 1 });
    } else {
      const { path, message } = parsed.error.issues[0]!;
      return {
        problem: { line: at + 1, why: path.length > 0 ? `\`${path.join('.')}\`: ${message}` : 'no JSON object' },
      };
    }
  }
  return { rows: [...rows.values()].map(({ row }) => row) };
}

const isAdded = (value: unknown) => isRecord(value) && value.decision === 'add';

function parse(line: string): unknown {
  try {
    return JSON.parse(line);
  } catch {
    return undefined;
  }
}

export interface Reviewed {
  /** The rows to learn, as a person left them. */
  used: ReviewRow[];
  counts: ReviewCounts;
}

export interface ReviewCounts {
  written: number;
  /** Rows that a check speaks against and nobody has kept. */
  refused: number;
  kept: number;
  edited: number;
  dropped: number;
  /** Rows of the person's own. */
  added: number;
  /** Good rows without a decision. */
  undecided: number;
  used: number;
}

/** Applies the decisions of a person to the rows of a run. A changed text counts as an edit, whatever its decision says. */
export function applyReview(
  rows: readonly ReviewRow[],
  review: readonly Decided[],
  unreviewed: 'keep' | 'drop' | 'refuse',
): Reviewed {
  const by = new Map(review.map((each) => [each.id, each]));
  const counts = { written: rows.length, refused: 0, kept: 0, edited: 0, dropped: 0, added: 0, undecided: 0, used: 0 };
  const used: ReviewRow[] = [];
  for (const row of rows) {
    const given = by.get(row.id);
    const isEdited = given !== undefined && (given.question !== row.question || given.answer !== row.answer);
    const decision = given?.decision === 'drop' ? 'drop' : isEdited ? 'edit' : (given?.decision ?? null);
    if (decision === 'drop') counts.dropped += 1;
    else if (decision === 'keep' || decision === 'edit') {
      counts[isEdited ? 'edited' : 'kept'] += 1;
      used.push({ ...row, question: given!.question, answer: given!.answer, decision });
    } else if (row.problems.length > 0) counts.refused += 1;
    else {
      counts.undecided += 1;
      if (unreviewed !== 'drop') used.push(row);
    }
  }
  for (const { id, decision, question, answer } of review) {
    if (decision !== 'add') continue;
    counts.added += 1;
    used.push({ id, question, answer, ...ofThePerson });
  }
  return { used, counts: { ...counts, used: used.length } };
}

const ofThePerson = { decision: null, source: '', heading: '', pages: null, problems: [], support: null, text: '' };

/** The rows of a run with the decisions that a file has already; decided lines of rows that are gone, and a person's own, stay at the end. */
export function mergeReview(
  rows: readonly ReviewRow[],
  review: readonly Decided[],
  before: readonly string[],
): string[] {
  const by = new Map(review.map((each) => [each.id, each]));
  const ids = new Set(rows.map(({ id }) => id));
  const merged = rows.map((row) => {
    const given = by.get(row.id);
    if (!given || given.decision === 'add') return row;
    return { ...row, decision: given.decision ?? null, question: given.question, answer: given.answer };
  });
  const isDecided = ({ id, decision }: Decided) => !ids.has(id) && decision != null;
  const gone = new Set(review.filter(isDecided).map(({ id }) => id));
  const keptLines = before.filter((line) => {
    const value = parse(line);
    return isAdded(value) || (isRecord(value) && gone.has(`${value.id}`));
  });
  return [...merged.map((row) => JSON.stringify(row)), ...keptLines];
}
