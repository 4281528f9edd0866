import color from 'picocolors';
import { type LedgerLine, trackingOf } from '../../core/run/attempts.ts';
import { trackingWords } from '../../core/words/tracking.ts';

/** Where the curves of a run's trainings are, and which tracker lacks one. */
export const trackingLines = (attempts: Readonly<Record<string, readonly LedgerLine[]>>): string[] =>
  Object.entries(attempts).flatMap(([id, ledger]) => {
    const all = trackingOf(ledger).map((each) => ({ each, text: `  ${trackingWords(each)}` }));
    return all.length === 0
      ? []
      : ['', `${color.bold(id)} is tracked:`, ...all.map(({ each, text }) => (each.why ? color.yellow(text) : text))];
  });
