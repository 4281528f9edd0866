import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { cronProblem } from '../../../core/schedule/cron.ts';
import { zoneNames } from '../../../core/schedule/zone-names.ts';
import { zoneProblem } from '../../../core/schedule/zone-problem.ts';
import { asSaid, type Said } from '../../../core/words/diagnostics/said.ts';
import { scheduleWords } from '../../../core/words/diagnostics/schedules.ts';

type Words = Record<string, (facts: unknown) => string | Said>;
const told = (problem: { reason: string; facts: unknown } | undefined) => {
  if (!problem) return 'ok';
  const { message, hint } = asSaid((scheduleWords as unknown as Words)[problem.reason]!(problem.facts));
  return `${message}; ${hint ?? 'no hint'}`;
};

for (const zone of [
  'UTC',
  'Asia/Shanghai',
  'Europe/Kyiv',
  'Europe/Kiev',
  'Asia/Calcutta',
  'Etc/GMT-8',
  'EST5EDT',
  'CET',
  'GMT',
])
  test(`${zone} is a time zone`, () => {
    assert.equal(told(zoneProblem(zone)), 'ok');
  });

test('each zone that is accepted is one whose times this program can compute', () => {
  const refused = [...zoneNames].filter((zone) => zoneProblem(zone)?.reason === 'unknown-time-zone');
  assert.deepEqual(refused, []);
});

for (const [zone, words] of [
  ['asia/shanghai', 'must be a time zone such as `Europe/Berlin`, got "asia/shanghai"; did you mean "Asia/Shanghai"?'],
  ['utc', 'did you mean "UTC"?'],
  [
    'CST',
    '"CST" is an abbreviation of several time zones; write the name of a place: `Asia/Shanghai`, `America/Chicago` or',
  ],
  ['PST', '`America/Los_Angeles`'],
  ['IST', '`Asia/Kolkata`'],
  ['CTT', '"CTT" is an abbreviation, not the name of a time zone; write the name of a place: `Asia/Shanghai`'],
  ['EST', '`America/New_York` or `America/Panama`'],
  [
    'GMT+8',
    '"GMT+8" is an offset, not a time zone; write the name of a place, such as `Asia/Shanghai`, or `Etc/GMT-8`',
  ],
  ['+08:00', 'or `Etc/GMT-8`, whose sign is reversed'],
  ['UTC+8', '`Asia/Shanghai`'],
  ['UTC+5:30', 'such as `Asia/Kolkata`'],
  ['-05', 'such as `America/New_York`, or `Etc/GMT+5`'],
  ['Asia/Beijing', 'did you mean "Asia/Shanghai"?'],
  ['China Standard Time', 'did you mean "Asia/Shanghai"?'],
  ['America/New York', 'did you mean "America/New_York"?'],
  ['Shanghai', 'did you mean "Asia/Shanghai"?'],
  ['Local', "would be the time zone of Temporal's server"],
  ['', 'must be a time zone such as'],
  ['   ', 'must be a time zone such as'],
] as const)
  test(`"${zone}" is no time zone, and the hint says which may be meant`, () => {
    assert.ok(told(zoneProblem(zone)).includes(words), told(zoneProblem(zone)));
  });

test('no text at all is accepted as a zone that the server would refuse', () => {
  const near = fc
    .constantFrom(...zoneNames)
    .chain((zone) => fc.constantFrom(zone.toLowerCase(), zone.toUpperCase(), `${zone} `, zone.replace('_', ' ')));
  fc.assert(fc.property(fc.oneof(near, fc.string()), (zone) => zoneProblem(zone) !== undefined || zoneNames.has(zone)));
});

for (const [cron, hint] of [
  ['@daily', 'write `0 0 * * *`'],
  ['@Hourly', 'write `0 * * * *`'],
  ['@every 15m', 'write `*/15 * * * *`'],
  ['0 30 2 * * *', 'write `30 2 * * *`'],
  ['0 0 2 ? * MON *', 'write `0 2 * * MON`'],
  ['0 2 * * ?', 'write `0 2 * * *`'],
  ['0 2 * JANUARY *', 'write `0 2 * JAN *`'],
  ['5/10 * * * *', 'write `5-59/10 * * * *`'],
  ['０ ２ * * *', 'write `0 2 * * *`'],
  ['TZ=Asia/Shanghai 0 2 * * *', 'write `cron: 0 2 * * *` and `timezone: Asia/Shanghai`'],
  ['CRON_TZ=UTC @daily', 'write `cron: 0 0 * * *` and `timezone: UTC`'],
  ['0 2 L * *', 'a field consists of numbers'],
  ['*/90 * * * *', 'no hint'],
  ['0 0 31 2 *', 'no hint'],
] as const)
  test(`the cron text "${cron}" of another program is refused with what it means`, () => {
    assert.ok(told(cronProblem(cron)).includes(hint), told(cronProblem(cron)));
  });
