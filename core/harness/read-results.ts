import { z } from 'zod';
import type { HarnessMetric, HarnessValue } from './harness-report.ts';

/** What is read of a results file of lm_eval (0.4.0 to 0.4.13). */
const resultsSchema = z.looseObject({
  lm_eval_version: z.string().optional(),
  results: z.record(z.string(), z.record(z.string(), z.unknown())),
  group_subtasks: z.record(z.string(), z.array(z.string())).optional(),
  higher_is_better: z.record(z.string(), z.record(z.string(), z.boolean().nullable())).optional(),
  'n-samples': z.record(z.string(), z.looseObject({ effective: z.number() })).optional(),
});

export type HarnessResults = z.output<typeof resultsSchema>;

/** A string of JSON, or a number that Python writes and JSON does not have. */
const beyondJson = /"(?:[^"\\]|\\.)*"|-?\bInfinity\b|\bNaN\b/g;

/** Reads a results file; undefined if it is none. */
export function parseResults(text: string): HarnessResults | undefined {
  try {
    const json = text.replace(beyondJson, (token) => (token.startsWith('"') ? token : 'null'));
    return resultsSchema.safeParse(JSON.parse(json)).data;
  } catch {
    return undefined;
  }
}

type Measured = Omit<HarnessMetric, 'before' | 'after'> & HarnessValue;

/** Every metric of the asked tasks. Of a group that has a mean of its own, its tasks are left out unless they are asked too. */
export function metricsIn(found: HarnessResults, asked: readonly string[]): Measured[] {
  const measured = Object.keys(found.results).flatMap((task) => metricsOf(found, task));
  const means = new Set(measured.map(({ task }) => task));
  const within = Object.entries(found.group_subtasks ?? {}).flatMap(([group, tasks]) =>
    means.has(group) ? tasks : [],
  );
  return measured.filter(({ task }) => asked.includes(task) || !within.includes(task));
}

function metricsOf(found: HarnessResults, task: string): Measured[] {
  const values = found.results[task]!;
  const { sample_len: length } = values;
  const questions = typeof length === 'number' ? length : found['n-samples']?.[task]?.effective;
  return Object.entries(values).flatMap(([key, value]) => {
    const [, metric, filter] = /^(.+),([^,]+)$/.exec(key) ?? [];
    if (metric === undefined || metric.endsWith('_stderr') || typeof value !== 'number') return [];
    const error = values[`${metric}_stderr,${filter}`];
    return [
      {
        ...{ task, metric, value },
        ...(filter === 'none' ? {} : { filter }),
        ...(typeof error === 'number' ? { error } : {}),
        higherIsBetter: found.higher_is_better?.[task]?.[metric] ?? undefined,
        questions,
      },
    ];
  });
}

/** Puts the metrics of both models side by side, in the order of the first. */
export const besideEachOther = (before: readonly Measured[], after: readonly Measured[]): HarnessMetric[] =>
  before.flatMap(({ value, error, ...what }) => {
    const same = after.find(
      ({ task, metric, filter }) => task === what.task && metric === what.metric && filter === what.filter,
    );
    return same ? [{ ...what, before: { value, error }, after: { value: same.value, error: same.error } }] : [];
  });
