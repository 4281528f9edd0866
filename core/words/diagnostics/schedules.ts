import type { CronFacts, MeantCron } from '../../schedule/cron-problem.ts';
import type { ZoneFacts } from '../../schedule/zone-problem.ts';
import { cut, didYouMean, joined, type WordsOf } from './said.ts';

function meantHint({ meant }: MeantCron, otherwise?: string): string | undefined {
  if (meant === undefined) return otherwise;
  return meant.timezone === undefined
    ? `write \`${meant.cron}\``
    : `write \`cron: ${meant.cron}\` and \`timezone: ${cut(meant.timezone)}\``;
}

const code = (zones: readonly string[]) =>
  joined(
    zones.map((zone) => `\`${zone}\``),
    'or',
  );

/** Cron texts and time zones. */
export const scheduleWords: WordsOf<CronFacts & ZoneFacts> = {
  'cron-field-count': ({ count, ...meant }) => ({
    message: `must have five fields (minute, hour, day of month, month, day of week), got ${count}`,
    hint: meantHint(meant, '`0 2 * * *` means every night at two'),
  }),
  'cron-characters': ({ field, value, ...meant }) => ({
    message: `the ${field} "${cut(value)}" is not valid`,
    hint: meantHint(meant, 'a field consists of numbers, names of days or months, `*`, `,`, `-` and `/`'),
  }),
  'cron-field': ({ field, value, parser, ...meant }) => ({
    message: `the ${field} "${cut(value)}" is not valid: ${parser}`,
    hint: meantHint(meant),
  }),
  'cron-two-days': () => ({
    message: 'names a day of the month and a day of the week, which cron programs combine in different ways',
    hint: 'write one of them as `*`, or write two entries',
  }),
  'cron-never': () => 'names a day that none of its months has, so it would never fire',
  'unknown-time-zone': ({ zone, meant }) => ({
    message: `must be a time zone such as \`Europe/Berlin\`, got "${cut(zone)}"`,
    hint: meant === undefined ? undefined : didYouMean(meant),
  }),
  'time-zone-abbreviation': ({ zone, zones }) => ({
    message: `"${cut(zone)}" is an abbreviation${zones.length > 1 ? ' of several time zones' : ', not the name of a time zone'}`,
    hint: `write the name of a place: ${code(zones)}`,
  }),
  'time-zone-offset': ({ zone, meant, place }) => ({
    message: `"${cut(zone)}" is an offset, not a time zone`,
    hint: `write the name of a place, such as \`${place ?? 'Europe/Berlin'}\`${meant === undefined ? '' : `, or \`${meant}\`${meant === 'UTC' ? '' : ', whose sign is reversed'}`}`,
  }),
  'time-zone-of-server': ({ zone }) => ({
    message: `"${cut(zone)}" would be the time zone of Temporal's server, whatever that is`,
    hint: 'write the name of a place, such as `Europe/Berlin`',
  }),
};
