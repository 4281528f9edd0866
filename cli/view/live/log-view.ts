import { needsAttention } from '../../../core/words/waits.ts';
import type { Progress } from '../../../protocol/progress.ts';
import { type Pending, type Snapshot, waitsNeedingAttention } from '../../../services/runs/snapshot.ts';
import { attentionLines } from '../attention.ts';
import { progressParts } from '../progress-parts.ts';
import { pinLines, stepLine } from '../render.ts';
import { stepsShown, waitingIn, waitingLines, widthOf } from '../steps-shown.ts';
import { causeOf } from './news.ts';
import { pausedLine, silenceLine, type View } from './view.ts';

/** One plain line for each change of a run: for files, pipes and logs of a CI. */
export class LogView implements View {
  /** What was told last, of each step and of the run. */
  readonly #told = new Map<string, string>();

  show(seen: Snapshot | undefined, now: number): void {
    const lines = seen ? this.#changes(seen, now) : [];
    if (lines.length > 0) process.stdout.write(`${lines.join('\n')}\n`);
  }

  silent(ms: number): void {
    if (this.#isNews('silence', 'told')) process.stdout.write(`${silenceLine(ms)}\n`);
  }

  answered(): void {
    this.#told.delete(' silence');
  }

  end(): void {}

  close(): void {}

  #isNews(what: string, text: string): boolean {
    const isNews = this.#told.get(` ${what}`) !== text;
    this.#told.set(` ${what}`, text);
    return isNews;
  }

  #changes(seen: Snapshot, now: number): string[] {
    const causes = waitsNeedingAttention(seen)
      .map(({ step = '', wait }) => `${step} ${causeOf(wait)}`)
      .join();
    const isNews = this.#isNews('attention', causes) && causes !== '';
    return [...this.#stepChanges(seen, now), ...(isNews ? [...attentionLines(seen), ''] : [])];
  }

  #stepChanges(seen: Snapshot, now: number): string[] {
    const { state, pending } = seen;
    if (!state) return [];
    const shown = stepsShown(state, seen);
    const width = widthOf(shown);
    const reason = pinNews(pending.pin);
    const lines = reason && this.#isNews('pin', reason) ? pinLines(pending.pin, now, width) : [];
    if (this.#isNews('status', state.status) && state.status === 'paused') lines.push(pausedLine(state.runId));
    for (const { label, step, pending } of shown) {
      const waits = pending?.waitsFor;
      // A free worker is a matter of a moment.
      const waiting =
        waits && waits.code !== 'worker' ? (needsAttention(waits) ? causeOf(waits) : JSON.stringify(waits)) : undefined;
      const mark =
        waiting ??
        (step.state === 'running' ? `running ${pending?.attempt ?? ''} ${milestone(pending?.progress)}` : step.state);
      if ((step.state === 'waiting' && !waiting) || this.#told.get(label) === mark) continue;
      this.#told.set(label, mark);
      if (step.state === 'running' && !pending && step.run === undefined) continue;
      lines.push(stepLine(label, step, pending, now, width));
    }
    const asking = waitingIn(state, seen)
      .map(({ label, waitsFor }) => `${label} ${waitsFor.about}`)
      .join('\n');
    if (this.#isNews('waits', asking) && asking !== '') lines.push(...waitingLines(state, seen), '');
    return lines;
  }
}

/** Changes when a log should tell anew what a run does before its first step. Most phases last a moment each. */
export function pinNews(pin: Pending | undefined): string | undefined {
  const { phase, fraction = 0 } = pin?.progress ?? {};
  if (pin?.lastFailure) return pin.lastFailure;
  if (phase?.code === 'dequantizing') return `${phase.facts.base} ${Math.floor(4 * fraction)}`;
  return phase?.code === 'making_shell' ? phase.facts.base : undefined;
}

/** In a log a training is told in tenths. */
function milestone(progress: Progress | undefined): string {
  if (!progress) return '';
  if (progress.step === undefined || !progress.max_steps)
    return progress.fraction === undefined ? progressParts(progress).join() : String(Math.floor(progress.fraction * 4));
  return String(Math.floor((10 * progress.step) / progress.max_steps));
}
