import color from 'picocolors';
import { waitRemedy, waitWords } from '../../core/words/waits.ts';
import { type RunWait, type Snapshot, waitsNeedingAttention } from '../../services/runs/snapshot.ts';
import { warned } from './text/colours.ts';
import { duration } from './text/duration.ts';

/** Several steps often wait for one thing; more lines would only hide the first. */
const maxShown = 5;

/** `train: no GPU worker takes it, for 2m 10s`. */
export const attentionText = ({ step, wait }: RunWait, now = Date.now()): string =>
  `${step === undefined ? '' : `${step}: `}${waitWords(wait, now, duration)}`;

/** What somebody must see to before a run goes on, and what to do. */
export function attentionLines(seen: Snapshot | undefined): string[] {
  const all = seen ? waitsNeedingAttention(seen) : [];
  const more = all.length - maxShown;
  return [
    ...all
      .slice(0, maxShown)
      .flatMap((each) => ['', warned(attentionText(each)), `  ${color.bold('What to do:')} ${waitRemedy(each.wait)}`]),
    ...(more > 0 ? ['', color.dim(`and ${more} more steps wait`)] : []),
  ];
}

/** The waits of a run as data, with their texts, for `--json`. */
export const attentionData = (seen: Snapshot | undefined) =>
  (seen ? waitsNeedingAttention(seen) : []).map(({ step, wait }) => ({
    ...(step === undefined ? {} : { step }),
    ...wait,
    text: waitWords(wait, Date.now(), duration),
    remedy: waitRemedy(wait),
  }));

/** A run whose state no worker tells: what Temporal itself has. */
export const untoldLine = (runId: string, { status }: Pick<Snapshot, 'status'>): string =>
  `${runId} ${status.toLowerCase()}; no worker tells how its steps stand`;
