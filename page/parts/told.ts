import type { Doing, TimelineStep } from '../../core/report/timeline.ts';
import type { Words } from '../words/words.ts';

/** What is to say of a step beside its state. `isStored`: a worker wrote the sentence, in English. */
interface Told {
  text: string;
  isStored?: true;
}

export function toldOf({ step, state, doing }: TimelineStep, words: Words): Told {
  const stored = step.failure?.message ?? step.waitsFor?.about ?? step.summary;
  if (stored !== undefined) return { text: stored, isStored: true };
  const now = doing && doingText(doing, words);
  if (now !== undefined) return { text: now };
  return { text: state === 'blocked' ? words.steps.blocked : state === 'skipped' ? words.steps.skipped : '' };
}

/** What it waits for says more than what it would do. */
function doingText({ waitsFor, progress }: Doing, { said, steps }: Words): string | undefined {
  if (waitsFor) return said.wait(waitsFor, Date.now());
  if (!progress) return undefined;
  return progress.fraction === undefined
    ? said.phase(progress.phase)
    : steps.share(Math.round(progress.fraction * 100), said.phase(progress.phase));
}
