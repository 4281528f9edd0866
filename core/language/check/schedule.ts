import { isRecord } from '../../json.ts';
import { cronProblem } from '../../schedule/cron.ts';
import { isTimeZone } from '../../schedule/time-zone.ts';
import { type Diagnostic, nameOf } from '../diagnostic.ts';
import { hasExpression } from '../expression/parse.ts';
import { didYouMean } from '../suggest.ts';
import type { Source } from '../yaml/source.ts';
import { show } from './describe-issue.ts';

/** A file of nothing but schedules has its first ones told. */
const mostChecked = 20;

/** What the shape of `on.schedule` cannot say: whether a cron text, a zone and a day mean something. */
export function checkSchedules(source: Source): Diagnostic[] {
  const on = isRecord(source.value) && isRecord(source.value.on) ? source.value.on : {};
  const entries = Array.isArray(on.schedule) ? on.schedule.slice(0, mostChecked) : [];
  return entries.flatMap((entry: unknown, index) => {
    if (!isRecord(entry)) return [];
    return Object.entries(problems).flatMap(([key, problemOf]) => {
      const value = entry[key];
      const wrong = typeof value === 'string' ? problemOf(value) : undefined;
      if (wrong === undefined) return [];
      const path = ['on', 'schedule', index, key];
      const message = hasExpression(value as string)
        ? `${nameOf(path)} is a plain value; expressions may stand only in \`with\` and \`if\``
        : `${nameOf(path)} ${wrong}`;
      return [{ code: 'BAD_VALUE' as const, message, ...source.locate(path, 'value') }];
    });
  });
}

const problems: Readonly<Record<string, (value: string) => string | undefined>> = {
  cron: cronProblem,
  timezone: (zone) =>
    isTimeZone(zone)
      ? undefined
      : `must be a time zone such as \`Europe/Berlin\`, got ${show(zone)}${didYouMean(zone, Intl.supportedValuesOf('timeZone'))}`,
  until: (day) => {
    const time = Date.parse(`${day}T00:00:00Z`);
    const isDay = Number.isFinite(time) && new Date(time).toISOString().startsWith(day);
    return isDay || !/^\d{4}-\d{2}-\d{2}$/.test(day) ? undefined : `must be a day that there is, got ${show(day)}`;
  },
};
