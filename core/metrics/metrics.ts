/** Metrics that compare an answer with reference answers. The trainer computes them. */
export const referenceMetrics = ['chrf', 'rouge_l', 'exact', 'contains'] as const;
/** Metrics that read the answer itself: by a pattern of the question, as JSON, or for its last number. */
export const readingMetrics = ['regex', 'json', 'number'] as const;

export const metrics = [...referenceMetrics, ...readingMetrics] as const;
export type Metric = (typeof metrics)[number];

/** Scores of one answer from 0 to 1: by metric, and under `scoreName` the weighted sum. One without what its question needs is absent. */
export type Scores = Readonly<Partial<Record<string, number>>>;

/** What a metric needs of a question besides its text. */
export type Part = 'reference' | 'pattern' | 'number';

const needs: Readonly<Record<Metric, Part | undefined>> = {
  chrf: 'reference',
  rouge_l: 'reference',
  exact: 'reference',
  contains: 'reference',
  regex: 'pattern',
  json: undefined,
  number: 'number',
};

/** The parts that each question must have for these metrics. */
export const partsFor = (asked: readonly Metric[]): Part[] => [
  ...new Set(asked.flatMap((metric) => needs[metric] ?? [])),
];

/** The names of all scores that any of the models has: metrics in their order, then the weighted sum. */
export function scoreNames(all: readonly Readonly<Record<string, unknown>>[]): string[] {
  const names = new Set(all.flatMap((scores) => Object.keys(scores)));
  const known = metrics.filter((metric) => names.delete(metric));
  return [...known, ...names];
}
