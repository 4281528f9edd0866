import type { Gain } from '../../../core/statistics/gain.ts';

export const row = (cells: readonly string[]) => `| ${cells.join(' | ')} |`;

/** Escapes text for a cell of a Markdown table: it stays on one line, and nothing in it ends the cell or becomes HTML. */
export const cell = (text: string) =>
  text.trim().replaceAll('\\', '\\\\').replaceAll('|', '\\|').replaceAll('<', '&lt;').replace(/\r?\n/g, '<br>');

export const gainCell = (gain: Gain | undefined) =>
  gain ? `${gain.mean.toFixed(3)} (${gain.low.toFixed(3)} to ${gain.high.toFixed(3)})` : '–';
