import { isRecord } from '../../../json.ts';
import { cronProblem } from '../../../schedule/cron.ts';
import { zoneProblem } from '../../../schedule/zone-problem.ts';
import type { Diagnostic } from '../../diagnostic.ts';
import { hasExpression } from '../../expression/parse.ts';
import type { Problem } from '../../problems.ts';
import type { Source } from '../../yaml/source.ts';
import { diagnosticAt } from '../diagnostic-at.ts';
import { shown } from '../explain-issues.ts';

/** Entries; the schema accepts no more either. */
const maxSchedules = 20;

/** Checks what the shape of `on.schedule` cannot say: whether a cron text, a zone and a day have a meaning. */
export function checkSchedules(source: Source): Diagnostic[] {
  const on = isRecord(source.value) && isRecord(source.value.on) ? source.value.on : {};
  const entries = Array.isArray(on.schedule) ? on.schedule.slice(0, maxSchedules) : [];
  return entries.flatMap((entry: unknown, index) => {
    if (!isRecord(entry)) return [];
    return Object.entries(problems).flatMap(([key, problemOf]) => {
      const value = entry[key];
      const problem = typeof value === 'string' ? problemOf(value) : undefined;
      if (problem === undefined) return [];
      const plain: Problem = { code: 'BAD_VALUE', reason: 'expression-in-plain-value', facts: {} };
      const path = ['on', 'schedule', index, key];
      return [diagnosticAt(source, path, 'value', hasExpression(value as string) ? plain : problem)];
    });
  });
}

const problems: Readonly<Record<string, (value: string) => Problem | undefined>> = {
  cron: (cron) => {
    const problem = cronProblem(cron);
    return problem && { code: 'BAD_VALUE', ...problem };
  },
  timezone: (zone) => {
    const problem = zoneProblem(zone);
    return problem && { code: 'BAD_VALUE', ...problem };
  },
  until: (day) => {
    const time = Date.parse(`${day}T00:00:00Z`);
    const isDay = Number.isFinite(time) && new Date(time).toISOString().startsWith(day);
    if (isDay || !/^\d{4}-\d{2}-\d{2}$/.test(day)) return undefined;
    return { code: 'BAD_VALUE', reason: 'no-such-day', facts: { got: shown(day) } };
  },
};
