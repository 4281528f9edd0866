import cliTruncate from 'cli-truncate';
import color from 'picocolors';
import stringWidth from 'string-width';
import { hasEnded, type StepState } from '../../../core/run/run-state.ts';
import { plural } from '../../../core/words/plural.ts';
import { marks, oneLine, stepParts, waitsForEqual } from '../render.ts';
import { warned } from '../text/colours.ts';
import { duration } from '../text/duration.ts';
import { simpleEmoji } from '../text/measurable.ts';
import { padded, wrapped } from '../text/side-by-side.ts';
import { type Block, type Counted, folded } from './fold.ts';
import type { Branch } from './tree.ts';
import { countsOf } from './variants.ts';

/** What there is to show, in the order of the screen. */
export interface Scene {
  tree: readonly Branch[];
  /** What somebody must see to, and what else is worth a line below the steps. */
  below: readonly string[];
  now: number;
}

export interface Size {
  columns: number;
  rows: number;
}

/** The widths that all lines of a frame share. */
interface Layout {
  columns: number;
  label: number;
  took: number;
}

const indentation = 2;
/** Labels take no more of a line than this; the rest is for what a step tells. */
const maxLabelShare = 0.4;
/** A long failure stands whole below the frame at the end. */
const maxLinesOfStep = 8;

/** The picture of a run in a terminal of this size: no line is wider than `columns`, and there are at most `rows` of them. */
export function frameOf({ tree, below, now }: Scene, { columns, rows }: Size): string[] {
  const layout = layoutOf(tree, columns, now);
  const notes = below.flatMap((line) => wrapped(simpleEmoji(line), columns));
  // What a person must do comes before the steps where there is no room for both.
  const shownNotes = notes.slice(0, Math.max(0, rows - Math.min(tree.length, 3)));
  const blocks = tree.map((branch) => blockOf(branch, layout, now));
  const words = (hidden: Counted, steps: readonly StepState[]) =>
    hidden === 'ended'
      ? `${marks.succeeded} ${color.dim(`${plural(steps.length, 'step')}:`)} ${countsOf(steps)}`
      : `${marks.waiting} ${color.dim(`${plural(steps.length, 'step')} still to come`)}`;
  return [...folded(blocks, rows - shownNotes.length, words), ...shownNotes].map((line) => cut(line, columns));
}

function layoutOf(tree: readonly Branch[], columns: number, now: number): Layout {
  const widths = tree.map(({ depth, label }) => depth * indentation + stringWidth(label));
  const label = Math.min(Math.max(4, ...widths), Math.max(8, Math.floor(columns * maxLabelShare)));
  return { columns, label, took: Math.max(4, ...tree.map((branch) => tookOf(branch, now).length)) };
}

function blockOf(branch: Branch, layout: Layout, now: number): Block {
  const { depth, label, steps } = branch;
  const indent = ' '.repeat(Math.min(depth * indentation, Math.floor(layout.label / 2)));
  const name = padded(cut(indent + label, layout.label), layout.label);
  // The indentation stands before the mark, so that a branch begins with it.
  const head = `${indent}${markOf(branch)} ${name.slice(indent.length)} ${color.dim(tookOf(branch, now).padStart(layout.took))}  `;
  const news = newsOf(branch);
  const parts = partsOf(branch, layout, now).map(simpleEmoji);
  const lines =
    news === 'now' && branch.counts === undefined
      ? flowed(head, parts, { columns: layout.columns, indent: `${indent}    ` }).slice(0, maxLinesOfStep)
      : [head + parts.join('  ')];
  return { lines: lines.map((line) => line.trimEnd()), news, steps };
}

/** A step that failed, asks or waits for something is told as long as it stands so. */
function newsOf({ steps, pending, isCounted }: Branch): Block['news'] {
  if (pending?.waitsFor || steps.some((step) => step.waitsFor || step.state === 'failed')) return 'now';
  if (steps.every(hasEnded)) return isCounted ? 'counted' : 'ended';
  return steps.every((step) => step.state === 'waiting') ? 'waiting' : 'now';
}

function markOf({ steps }: Branch): string {
  if (steps.some((step) => step.waitsFor)) return warned('?');
  const states = new Set(steps.map(({ state }) => state));
  const order = ['running', 'failed', 'cancelled', 'blocked', 'waiting', 'succeeded', 'reused', 'skipped'] as const;
  return marks[order.find((state) => states.has(state)) ?? 'waiting'];
}

function tookOf({ steps }: Branch, now: number): string {
  const [step, ...more] = steps;
  return step?.startedAt === undefined || more.length > 0 ? '' : duration((step.endedAt ?? now) - step.startedAt);
}

function partsOf({ steps, pending, counts }: Branch, { columns }: Layout, now: number): string[] {
  if (counts !== undefined) return [counts];
  const isWide = columns >= 100;
  const parts = stepParts(steps[0]!, pending, now, { bar: isWide ? 20 : 10, curve: isWide ? 24 : 12 });
  if (!pending || pending.attempt < 2 || waitsForEqual(pending)) return parts;
  // A step that waits for its next attempt says why itself.
  const why = pending.scheduled || !pending.lastFailure ? '' : `, after: ${oneLine(pending.lastFailure)}`;
  return [...parts, warned(`attempt ${pending.attempt}${why}`)];
}

/** Puts parts behind each other and breaks the line between them; within them only where one is longer than a line. */
function flowed(
  head: string,
  parts: readonly string[],
  { columns, indent }: { columns: number; indent: string },
): string[] {
  const lines = [head];
  let isEmpty = true;
  const room = columns - indent.length;
  for (const part of parts) {
    const line = lines.at(-1)!;
    const joined = line + (isEmpty ? '' : '  ') + part;
    // A short rest of the first line is no place for the beginning of a long part.
    if (stringWidth(joined) <= columns) lines[lines.length - 1] = joined;
    else lines.push(...wrapped(part, Math.max(1, room)).map((each) => indent + each));
    isEmpty = false;
  }
  return lines;
}

/** A wide character at the edge makes `cli-truncate` exceed its limit by one. */
const cut = (line: string, width: number): string => {
  const once = cliTruncate(line, Math.max(1, width));
  return stringWidth(once) <= width ? once : cliTruncate(line, Math.max(1, width - 1));
};
