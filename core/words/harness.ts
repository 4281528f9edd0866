import type { HarnessMetric, HarnessReport, HarnessValue } from '../harness/harness-report.ts';

/** Metrics that a verdict names; the report has all. */
const maxNamed = 3;

const valueWords = ({ value, error }: HarnessValue, digits: number) =>
  error === undefined ? value.toFixed(digits) : `${value.toFixed(digits)} ± ${error.toFixed(digits)}`;

/** `exact_match (strict)` */
export const harnessMetricName = ({ metric, filter }: Pick<HarnessMetric, 'metric' | 'filter'>): string =>
  filter === undefined ? metric : `${metric} (${filter})`;

/** What a verdict says of the benchmarks, in one clause. */
export function harnessVerdictWords({ metrics }: Pick<HarnessReport, 'metrics'>): string {
  const named = metrics
    .slice(0, maxNamed)
    .map(
      (each) => `${each.task} ${harnessMetricName(each)} ${valueWords(each.before, 2)} → ${valueWords(each.after, 2)}`,
    );
  const more = metrics.length > maxNamed ? `, and ${metrics.length - maxNamed} more in the report` : '';
  return `lm-evaluation-harness: ${named.join(', ')}${more}`;
}

/** How it was asked, in one line of a report. */
export function harnessHow({ version, limit, fewshot }: HarnessReport): string {
  const asked = limit === undefined ? 'every question of each task' : `the first ${limit} questions of each task`;
  const shots = fewshot === undefined ? '' : `, ${fewshot} examples before each question`;
  const name = `lm-evaluation-harness${version === undefined ? '' : ` ${version}`}`;
  return `${name}: ${asked}${shots}, by chat completions of Ollama at temperature 0; ± is one standard error`;
}

/** A row of the report's table: task, metric, questions, before, after. */
export const harnessCells = (each: HarnessMetric): string[] => [
  each.task,
  `${harnessMetricName(each)}${each.higherIsBetter === false ? ', lower is better' : ''}`,
  each.questions === undefined ? '–' : `${each.questions}`,
  valueWords(each.before, 3),
  valueWords(each.after, 3),
];
