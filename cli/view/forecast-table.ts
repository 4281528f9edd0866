import color from 'picocolors';
import stringWidth from 'string-width';
import type { PlanForecast } from '../../core/estimates/plan-forecast.ts';
import { decisionWords, needsWords, totalWords } from '../../core/words/forecasts.ts';

/** More variants of a matrix are told as a number. */
const maxShown = 60;

/** A line for each step: what happens to it and why, and what it takes; then the whole run. */
export function forecastLines(forecast: PlanForecast): string[] {
  const rows = forecast.steps.slice(0, maxShown).map((step) => {
    const { what, why } = decisionWords(step.decision);
    const isReused = step.decision.action === 'reuse';
    const { time, disk, memory } = isReused ? { time: '', disk: '', memory: '' } : needsWords(step);
    const from = step.from === 'earlier' && !isReused ? `as in ${step.run}` : '';
    return {
      cells: [[...step.within, step.id].join('/'), what, time, disk, memory],
      notes: [why, from].filter(Boolean),
    };
  });
  const head = ['step', '', 'time', 'disk', 'memory'];
  const widths = head.map((title, column) =>
    Math.max(stringWidth(title), ...rows.map(({ cells }) => stringWidth(cells[column]!))),
  );
  const line = (cells: readonly string[]) =>
    cells.map((cell, column) => `${cell}${' '.repeat(widths[column]! - stringWidth(cell))}`).join('  ');
  const more = forecast.steps.length - maxShown;
  return [
    color.dim(`  ${line(head)}`.trimEnd()),
    ...rows.map(({ cells, notes }) => `  ${line(cells)}  ${color.dim(notes.join('; '))}`.trimEnd()),
    ...(more > 0 ? [color.dim(`  and ${more} more`)] : []),
    `  ${totalWords(forecast)}`,
  ];
}
