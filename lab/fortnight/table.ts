import { scores, trained, whatFailed } from './judge-night.ts';
import type { Night } from './nights.ts';
import type { Outcome } from './run-night.ts';

/** One row of the table of nights, in Markdown. */
export function row(number: number, night: Night, outcome: Outcome, before: string | undefined): string {
  const { score, production } = scores(outcome);
  const steps = Object.values(outcome.state.steps);
  const ran = steps.filter(({ state }) => state === 'succeeded').length;
  const reused = steps.filter(({ state }) => state === 'reused').length;
  const what =
    outcome.state.status === 'failed'
      ? `failed: ${whatFailed(outcome).slice(0, 90)}`
      : trained(outcome)
        ? outcome.resumedFrom
          ? `trained, resumed from checkpoint ${outcome.resumedFrom}`
          : 'trained'
        : 'no training';
  const served =
    outcome.served === before ? `${short(outcome.served)}, as before` : `**${short(outcome.served)}**, promoted`;
  const cells = [
    number,
    night.title,
    night.rows.trimEnd().split('\n').length,
    what,
    `${ran} / ${reused}`,
    two(score),
    two(production),
    served,
    outcome.seconds.toFixed(0),
  ];
  return `| ${cells.join(' | ')} |`;
}

export const heading = `| night | the day before | rows | what it did | steps run / reused | score | in production | served in the morning | seconds |
| --- | --- | --- | --- | --- | --- | --- | --- | --- |`;

export const short = (digest: string | undefined): string => digest?.replace('sha256:', '').slice(0, 8) ?? 'nothing';
const two = (value: number | undefined) => value?.toFixed(2) ?? '–';
