import { aboutBytes, aboutSeconds } from '../../../core/words/forecasts.ts';
import type { ComparedRun } from './compare-run.ts';

const ratio = (estimate: number | undefined, truth: number | undefined) =>
  estimate === undefined || !truth ? '' : ` (× ${(estimate / truth).toFixed(2)})`;

/** Estimate and truth of each step, and the estimate as a multiple of the truth. */
export function renderTable({ pipeline, steps }: ComparedRun): string {
  const rows = steps.map(({ id, estimate, truth }) => {
    const time = estimate.seconds === undefined ? '–' : aboutSeconds(estimate.seconds);
    const disk = estimate.disk === undefined ? '–' : aboutBytes(estimate.disk);
    const own = estimate.device ?? estimate.memory;
    const memory =
      truth.memory === undefined || own === undefined
        ? ''
        : `${aboutBytes(own)} / ${aboutBytes(truth.memory)}${ratio(own, truth.memory)}`;
    return `| ${id} | ${time} / ${aboutSeconds(truth.seconds)}${ratio(estimate.seconds, truth.seconds)} | ${disk} / ${aboutBytes(truth.disk)} | ${memory} |`;
  });
  return [
    `\`${pipeline}\`, estimate / truth:`,
    '',
    '| step | time | disk | memory of the trainer |',
    '|---|---|---|---|',
    ...rows,
  ].join('\n');
}
