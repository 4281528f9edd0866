// Lays out a run for a terminal; the words come from `core/words/`.
import color from 'picocolors';
import prettyBytes from 'pretty-bytes';
import type { Wait } from '../../core/reasons.ts';
import type { RunState, StepState } from '../../core/run/run-state.ts';
import { isSurprising, reasonWords, type StoredReason } from '../../core/words/reasons.ts';
import { needsAttention, waitWords } from '../../core/words/waits.ts';
import type { Pending } from '../../services/runs/snapshot.ts';
import { unchangedRun } from '../runs/known-runs.ts';
import { type Graphics, progressParts } from './progress-parts.ts';
import { warned } from './text/colours.ts';
import { duration } from './text/duration.ts';
import { printable } from './text/printable.ts';

export const marks: Readonly<Record<StepState['state'], string>> = {
  waiting: color.dim('·'),
  running: color.bold('▸'),
  succeeded: color.green('✔'),
  reused: color.green('✔'),
  skipped: color.dim('–'),
  failed: color.red('✘'),
  blocked: warned('■'),
  cancelled: warned('■'),
};

export function stepLine(
  id: string,
  step: StepState,
  pending: Pending | undefined,
  now: number,
  width: number,
): string {
  const took = step.startedAt ? duration((step.endedAt ?? now) - step.startedAt) : '';
  const text = stepText(step, pending, now);
  const attempt =
    pending && pending.attempt > 1 && !waitsForEqual(pending) ? warned(` (attempt ${pending.attempt})`) : '';
  const mark = step.waitsFor ? warned('?') : marks[step.state];
  return `${mark} ${id.padEnd(width)} ${color.dim(took.padStart(7))}  ${text}${attempt}`;
}

/** What a run waits for before its first step, where it does: `pin` is no step of the document. */
export function pinLines(pending: Pending | undefined, now: number, width: number): string[] {
  if (!pending || !isPinShown(pending)) return [];
  return [`${marks.running} ${'pin'.padEnd(width)} ${' '.repeat(7)}  ${runningParts(pending, now).join('  ')}`];
}

export function isPinShown(pending: Pending | undefined): boolean {
  const isBusy = pending?.progress !== undefined && pending.progress.phase.code !== 'pinning';
  return isBusy || Boolean(pending?.lastFailure) || Boolean(pending?.waitsFor && needsAttention(pending.waitsFor));
}

/** Why a step that had ended well was carried out again. */
export const madeAgainLines = ({ madeAgain = [] }: StepState): string[] =>
  madeAgain.map((why) => `made again for ${why.for}: ${reasonWords(why.because)}`);

function stepText(step: StepState, pending: Pending | undefined, now: number): string {
  return stepParts(step, pending, now).join('  ');
}

/** How a step stands, in parts between which a narrow terminal breaks the line. */
export function stepParts(step: StepState, pending: Pending | undefined, now: number, graphics?: Graphics): string[] {
  switch (step.state) {
    case 'waiting':
      if (!step.waitsFor) return [pending?.waitsFor ? waitText(pending.waitsFor, now) : color.dim('waiting')];
      return [warned(`waits for you: ${step.waitsFor.words.join(' or ')}`)];
    case 'running': {
      if (step.run !== undefined) return [color.dim(`runs as ${step.run}`)];
      if (!pending) return [color.dim('starting')];
      const parts = runningParts(pending, now, graphics);
      if (waitsForEqual(pending)) return parts;
      const why = reasonText(pending.progress?.because ?? step.because);
      return [...parts.slice(0, -1), parts.at(-1) + why];
    }
    case 'reused':
      return [
        `${oneLine(step.summary)} ${color.dim(`(reused${step.because ? `: ${reasonWords(step.because)}` : ''})`)}`,
      ];
    case 'blocked':
      return [warned('blocked by an earlier failure')];
    case 'failed':
      return [color.red(oneLine(step.failure?.message ?? 'failed'))];
    case 'skipped':
      return [color.dim(oneLine(step.summary ?? 'skipped: a step it needs was skipped'))];
    case 'cancelled':
      return [warned(oneLine(step.summary ?? 'cancelled'))];
    case 'succeeded':
      return [`${oneLine(step.summary)}${reasonText(step.because)}`];
  }
}

/** A summary or a message, which may quote what somebody else has written. */
export function oneLine(text = ''): string {
  const [first = '', ...more] = text.split('\n');
  // What it announces comes in the lines that are left out.
  return printable(more.length > 0 ? first.replace(/[:,;]$/, '…') : first);
}

/** Why a step runs is told where somebody may wonder; of the rest `show` tells. */
const reasonText = (because: StoredReason | undefined) =>
  because !== undefined && isSurprising(because) ? ` ${color.dim(`· ${reasonWords(because)}`)}` : '';

/** Whether it waits for an equal step of another run: its attempts count for nothing, and it gives its slot back. */
export const waitsForEqual = ({ waitsFor }: Pending): boolean => waitsFor?.code === 'equal_step';

const waitText = (wait: Wait, now: number): string =>
  (needsAttention(wait) ? warned : color.dim)(printable(waitWords(wait, now, duration)));

function runningParts(pending: Pending, now: number, graphics?: Graphics): string[] {
  const { waitsFor, lastFailure, nextAttemptAt } = pending;
  if (waitsFor && needsAttention(waitsFor)) return [waitText(waitsFor, now)];
  const wait = waitsFor && printable(waitWords(waitsFor, now, duration));
  if (pending.scheduled && lastFailure && !waitsForEqual(pending)) {
    const next = nextAttemptAt ? `next attempt in ${duration(Math.max(0, nextAttemptAt - now))}` : undefined;
    return [warned([oneLine(lastFailure), wait ?? next].filter(Boolean).join(', '))];
  }
  if (wait !== undefined) return [color.dim(wait)];
  return pending.progress ? progressParts(pending.progress, graphics) : [color.dim('starting')];
}

/** Bytes as people say them: `3.2 GB`, `410.0 MB`. */
export const size = (bytes: number): string => prettyBytes(bytes);

/** What a run gave up at its end, and how to keep it. */
export const droppedLines = ({ dropped }: RunState): string[] =>
  dropped
    ? [
        '',
        color.dim(
          `${size(dropped.bytes)} freed: ${dropped.artifacts} proven intermediates can be made again (\`keep: { intermediates: always }\` keeps them)`,
        ),
      ]
    : [];

/** `unchanged since RUN`, for a run that found nothing to do; else empty. */
export function unchangedText(state: RunState): string {
  const since = unchangedRun(state);
  return since ? `unchanged since ${since}` : '';
}

export function endLine(state: RunState): string {
  const took = duration((state.endedAt ?? Date.now()) - state.startedAt);
  const reused = Object.values(state.steps).filter((step) => step.state === 'reused').length;
  const unchanged = unchangedText(state);
  const note = unchanged
    ? `, ${unchanged}`
    : reused > 0
      ? `, ${reused} of ${Object.keys(state.steps).length} steps reused`
      : '';
  const origin = state.rerun ? ` ${color.dim(`(rerun of ${state.rerun.of})`)}` : '';
  const word = {
    succeeded: color.green('succeeded'),
    failed: color.red('failed'),
    cancelled: warned('cancelled'),
    terminated: warned('terminated'),
    paused: warned('paused'),
    running: 'running',
  }[state.status];
  return `${state.runId} ${word} in ${took}${note}${origin}`;
}
