// Lays out a run for a terminal; the words come from `core/words/`.
import color from 'picocolors';
import prettyBytes from 'pretty-bytes';
import type { Wait } from '../../core/reasons.ts';
import type { RunState, StepState } from '../../core/run/run-state.ts';
import { phaseWords } from '../../core/words/phases.ts';
import { isSurprising, reasonWords, type StoredReason } from '../../core/words/reasons.ts';
import { needsAttention, waitWords } from '../../core/words/waits.ts';
import type { Progress } from '../../protocol/progress.ts';
import type { Pending } from '../../services/runs/snapshot.ts';
import { unchangedRun } from '../runs/known-runs.ts';

const marks: Readonly<Record<StepState['state'], string>> = {
  waiting: color.dim('·'),
  running: color.cyan('▸'),
  succeeded: color.green('✔'),
  reused: color.green('✔'),
  skipped: color.dim('–'),
  failed: color.red('✘'),
  blocked: color.yellow('■'),
  cancelled: color.yellow('■'),
};

/** `1h 02m`, `3m 20s`, `4.2s`. The clocks of two machines may differ, and either may be set back: no time is negative. */
export function duration(milliseconds: number): string {
  const seconds = Math.max(0, milliseconds / 1000);
  if (seconds < 10) return `${seconds.toFixed(1)}s`;
  if (seconds < 60) return `${Math.round(seconds)}s`;
  const minutes = Math.floor(seconds / 60);
  if (minutes < 60) return `${minutes}m ${String(Math.floor(seconds % 60)).padStart(2, '0')}s`;
  return `${Math.floor(minutes / 60)}h ${String(minutes % 60).padStart(2, '0')}m`;
}

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
    pending && pending.attempt > 1 && !waitsForEqual(pending) ? color.yellow(` (attempt ${pending.attempt})`) : '';
  const mark = step.waitsFor ? color.yellow('?') : marks[step.state];
  return `${mark} ${id.padEnd(width)} ${color.dim(took.padStart(7))}  ${text}${attempt}`;
}

/** One line for all variants of a matrix. */
export const countLine = ({ label, text }: { label: string; text: string }, width: number): string =>
  `${marks.waiting} ${label.padEnd(width)} ${' '.repeat(7)}  ${text}`;

/** What a run waits for before its first step, where it does: `pin` is no step of the document. */
export function pinLines(pending: Pending | undefined, now: number, width: number): string[] {
  const isBusy = pending?.progress !== undefined && pending.progress.phase.code !== 'pinning';
  if (!pending || !(isBusy || pending.lastFailure || (pending.waitsFor && needsAttention(pending.waitsFor)))) return [];
  return [`${marks.running} ${'pin'.padEnd(width)} ${' '.repeat(7)}  ${runningText(pending, now)}`];
}

/** Why a step that had ended well was carried out again. */
export const madeAgainLines = ({ madeAgain = [] }: StepState): string[] =>
  madeAgain.map((why) => `made again for ${why.for}: ${reasonWords(why.because)}`);

function stepText(step: StepState, pending: Pending | undefined, now: number): string {
  switch (step.state) {
    case 'waiting':
      if (!step.waitsFor) return pending?.waitsFor ? waitText(pending.waitsFor, now) : color.dim('waiting');
      return color.yellow(`waits for you: ${step.waitsFor.words.join(' or ')}`);
    case 'running': {
      if (step.run !== undefined) return color.dim(`runs as ${step.run}`);
      const text = pending ? runningText(pending, now) : color.dim('starting');
      return pending && waitsForEqual(pending) ? text : text + reasonText(pending?.progress?.because ?? step.because);
    }
    case 'reused':
      return `${step.summary ?? ''} ${color.dim(`(reused${step.because ? `: ${reasonWords(step.because)}` : ''})`)}`;
    case 'blocked':
      return color.yellow('blocked: a step it needs failed');
    case 'failed':
      return color.red((step.failure?.message ?? 'failed').split('\n')[0]!);
    case 'skipped':
      return color.dim(step.summary ?? 'skipped: a step it needs was skipped');
    case 'cancelled':
      return color.yellow(step.summary ?? 'cancelled');
    case 'succeeded':
      return `${step.summary ?? ''}${reasonText(step.because)}`;
  }
}

/** Why a step runs is told where somebody may wonder; of the rest `show` tells. */
const reasonText = (because: StoredReason | undefined) =>
  because !== undefined && isSurprising(because) ? ` ${color.dim(`· ${reasonWords(because)}`)}` : '';

/** Whether it waits for an equal step of another run: its attempts count for nothing, and it gives its slot back. */
export const waitsForEqual = ({ waitsFor }: Pending): boolean => waitsFor?.code === 'equal_step';

const waitText = (wait: Wait, now: number): string =>
  (needsAttention(wait) ? color.yellow : color.dim)(waitWords(wait, now, duration));

function runningText(pending: Pending, now: number): string {
  const { waitsFor, lastFailure, nextAttemptAt } = pending;
  if (waitsFor && needsAttention(waitsFor)) return waitText(waitsFor, now);
  const wait = waitsFor && waitWords(waitsFor, now, duration);
  if (pending.scheduled && lastFailure && !waitsForEqual(pending)) {
    const next = nextAttemptAt ? `next attempt in ${duration(Math.max(0, nextAttemptAt - now))}` : undefined;
    return color.yellow([lastFailure.split('\n')[0], wait ?? next].filter(Boolean).join(', '));
  }
  if (wait !== undefined) return color.dim(wait);
  return pending.progress ? progressText(pending.progress) : color.dim('starting');
}

export function progressText(progress: Progress): string {
  const { step, max_steps, phase } = progress;
  const words = phaseWords(phase);
  if (step === undefined || max_steps === undefined) {
    return progress.fraction === undefined ? words : `${bar(progress.fraction)} ${words}`;
  }
  const parts = [`${bar(step / max_steps)} ${step}/${max_steps}`];
  if (progress.loss !== undefined) parts.push(`loss ${progress.loss.toFixed(3)}`);
  if (progress.tokens_per_second !== undefined) parts.push(`${Math.round(progress.tokens_per_second)} tokens/s`);
  if (progress.eta_seconds !== undefined) parts.push(`${duration(progress.eta_seconds * 1000)} left`);
  if (progress.checkpoint !== undefined) parts.push(color.dim(`checkpoint ${progress.checkpoint}`));
  return phase.code === 'training' ? parts.join('  ') : `${parts[0]} ${words}`;
}

function bar(fraction: number, width = 20): string {
  const full = Math.round(Math.min(1, Math.max(0, fraction)) * width);
  return `${color.cyan('█'.repeat(full))}${color.dim('░'.repeat(width - full))}`;
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
    cancelled: color.yellow('cancelled'),
    terminated: color.yellow('terminated'),
    paused: color.yellow('paused'),
    running: 'running',
  }[state.status];
  return `${state.runId} ${word} in ${took}${note}${origin}`;
}
