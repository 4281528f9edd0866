import type { Wait } from '../../../core/reasons.ts';
import type { StepState } from '../../../core/run/run-state.ts';
import { phaseWords } from '../../../core/words/phases.ts';
import { needsAttention } from '../../../core/words/waits.ts';
import { localTimeToSecond } from '../../../services/machine/local-time.ts';
import { type Pending, type RunWait, type Snapshot, waitsNeedingAttention } from '../../../services/runs/snapshot.ts';
import { attentionText } from '../attention.ts';
import { madeAgainLines, oneLine } from '../render.ts';
import { warned } from '../text/colours.ts';

/** Warnings that would be gone with the next picture of a run: each is printed once, above it. */
export function newsBetween(before: Snapshot | undefined, after: Snapshot, now: number): string[] {
  const known = new Map(before ? underWay(before).map((each) => [each.label, each]) : []);
  const told = underWay(after).flatMap((each) => newsOf(known.get(each.label), each));
  const over = before && !after.closed ? endedWaits(before, after, now) : [];
  return [...told, ...over].map((text) => `${localTimeToSecond(now)} ${warned(text)}`);
}

interface UnderWay {
  label: string;
  step: StepState | undefined;
  pending: Pending | undefined;
}

function underWay({ state, pending, children }: Snapshot, prefix = ''): UnderWay[] {
  const ids = new Set([...Object.keys(state?.steps ?? {}), ...Object.keys(pending)]);
  const own = [...ids].map((id) => ({ label: prefix + id, step: state?.steps[id], pending: pending[id] }));
  return [...own, ...Object.entries(children).flatMap(([id, child]) => underWay(child, `${prefix}${id}.`))];
}

function newsOf(before: UnderWay | undefined, { label, step, pending }: UnderWay): string[] {
  const made = step ? madeAgainLines(step).slice(before?.step?.madeAgain?.length ?? 0) : [];
  return [...made, ...failureNews(before?.pending, pending), ...deviceNews(before?.pending, pending)].map(
    (text) => `${label}: ${text}`,
  );
}

/** Attempts that fail alike, while Ollama is away for example, are news once. */
function failureNews(before: Pending | undefined, after: Pending | undefined): string[] {
  if (!after?.lastFailure || after.lastFailure === before?.lastFailure) return [];
  const { waitsFor, attempt } = after;
  const isWait = waitsFor && (waitsFor.code === 'equal_step' || needsAttention(waitsFor));
  return isWait ? [] : [`attempt ${Math.max(1, attempt - 1)} failed: ${oneLine(after.lastFailure)}`];
}

function deviceNews(before: Pending | undefined, after: Pending | undefined): string[] {
  const phase = after?.progress?.phase;
  if (phase?.code !== 'training_beside_gpus' || before?.progress?.phase.code === phase.code) return [];
  return [phaseWords(phase)];
}

function endedWaits(before: Snapshot, after: Snapshot, now: number): string[] {
  const keyOf = ({ step = '', wait }: RunWait) => `${step} ${causeOf(wait)}`;
  const still = new Set(waitsNeedingAttention(after).map(keyOf));
  return waitsNeedingAttention(before)
    .filter((each) => !still.has(keyOf(each)))
    .map((each) => `${oneLine(attentionText(each, now))}; this is over`);
}

/** The times of a wait change at each look; only another cause is news. */
export const causeOf = (wait: Wait): string => (wait.code === 'trying' ? wait.facts.error : wait.code);
