import assert from 'node:assert/strict';
import { test } from 'node:test';
import { checkDocument } from '../../../core/language/plan/make-plan.ts';
import { runIdOf, scheduledRun, workflowIdOf } from '../../../core/run/run-id.ts';
import { changesMet, cronProblem, nextFirings, standardCatchup } from '../../../core/schedule/cron.ts';
import { processorTime } from '../../rig/processor-time.ts';

const berlin = { cron: '30 2 * * *', timezone: 'Europe/Berlin' };
const times = (timing: typeof berlin, after: string, count: number) =>
  nextFirings(timing, new Date(after), count).map((at) => at.toISOString().slice(0, 16));

test('a time that the change to summer time skips does not fire on that day, and is warned of', () => {
  assert.deepEqual(times(berlin, '2027-03-27T00:00:00Z', 3), [
    '2027-03-27T01:30',
    '2027-03-29T00:30',
    '2027-03-30T00:30',
  ]);
  assert.deepEqual(changesMet(berlin, new Date('2026-11-24T00:00:00Z'))[0], {
    wall: new Date('2027-03-28T02:30:00Z'),
    what: 'skipped',
  });
});

// Each zone with the times that it skips and shows twice within the year: the start, the length in minutes, the hemisphere.
for (const [timezone, skipped, repeated] of [
  ['Europe/Berlin', '2027-03-28T02:00', '2027-10-31T02:00'],
  ['America/New_York', '2027-03-14T02:00', '2027-11-07T01:00'],
  ['Australia/Sydney', '2027-10-03T02:00', '2027-04-04T02:00'],
  ['Australia/Lord_Howe', '2027-10-03T02:00', '2027-04-04T01:30'],
  ['Africa/Cairo', '2027-04-30T00:00', '2027-10-28T23:00'],
] as const) {
  test(`a schedule of every minute is told the times that the clocks of ${timezone} skip and show twice`, () => {
    const met = changesMet({ cron: '* * * * *', timezone }, new Date('2026-11-24T00:00:00Z'));
    const told = Object.fromEntries(met.map(({ wall, what }) => [what, wall.toISOString().slice(0, 16)]));
    assert.deepEqual(told, { skipped, repeated });
  });
}

test('a schedule that fires at other times meets no change of the clocks', () => {
  for (const timezone of ['Europe/Berlin', 'Australia/Lord_Howe', 'America/New_York'])
    assert.deepEqual(changesMet({ cron: '0 5 * * *', timezone }, new Date('2026-11-24T00:00:00Z')), []);
});

test('a time that the change to winter time repeats fires the second time in the east, and both times in the west', () => {
  assert.deepEqual(times(berlin, '2026-10-24T12:00:00Z', 2), ['2026-10-25T01:30', '2026-10-26T01:30']);
  assert.deepEqual(times({ ...berlin, cron: '0,30 2 * * *' }, '2026-10-24T12:00:00Z', 2), [
    '2026-10-25T01:00',
    '2026-10-25T01:30',
  ]);
  const newYork = { cron: '30 1 * * *', timezone: 'America/New_York' };
  assert.deepEqual(times(newYork, '2026-10-31T12:00:00Z', 3), [
    '2026-11-01T05:30',
    '2026-11-01T06:30',
    '2026-11-02T06:30',
  ]);
});

test('a zone without changes has neither', () => {
  assert.deepEqual(changesMet({ cron: '* * * * *', timezone: 'Asia/Shanghai' }, new Date('2026-11-24T00:00:00Z')), []);
  assert.deepEqual(times({ cron: '0 2 * * *', timezone: 'Asia/Shanghai' }, '2026-11-24T00:00:00Z', 1), [
    '2026-11-24T18:00',
  ]);
});

test('a schedule fires no more after its end', () => {
  const end = Date.parse('2026-11-25T12:00:00Z');
  assert.equal(nextFirings({ cron: '0 2 * * *', timezone: 'UTC', end }, new Date('2026-11-24T00:00:00Z'), 5).length, 2);
});

for (const [cron, hours] of [
  ['0 2 * * *', 23],
  ['0 2 * * MON,TUE', 23],
  ['0 */6 * * *', 5],
  ['0 */2 * * *', 1],
  ['0 * * * *', 0.5],
  ['*/5 * * * *', 2.5 / 60],
  ['* * * * *', 0.5 / 60],
  ['0 2 * * 0', 167],
  ['0 2 1 * *', 28 * 24 - 1],
] as const) {
  test(`${cron} catches up for ${hours} hours unless the document says`, () => {
    assert.equal(standardCatchup(cron), hours * 3_600_000);
  });
}

/** Croner's own words. */
const prefixedStep =
  "stepping with numeric prefix ('5/15') is not allowed. Use wildcard (*/step) or range (min-max/step) instead.";

for (const [cron, problem] of [
  ['0 2 * * * *', { reason: 'cron-field-count', facts: { count: 6, meant: { cron: '2 * * * *' } } }],
  ['@daily', { reason: 'cron-field-count', facts: { count: 1, meant: { cron: '0 0 * * *' } } }],
  ['0 2 L * *', { reason: 'cron-characters', facts: { field: 'day of month', value: 'L' } }],
  ['0 2 1 * 1', { reason: 'cron-two-days', facts: {} }],
  [
    '0 2 * * 8',
    { reason: 'cron-field', facts: { field: 'day of week', value: '8', parser: 'Invalid value for dayOfWeek: 8' } },
  ],
  [
    '5/15 * * * *',
    {
      reason: 'cron-field',
      facts: { field: 'minute', value: '5/15', parser: prefixedStep, meant: { cron: '5-59/15 * * * *' } },
    },
  ],
  ['0 2 31 2 *', { reason: 'cron-never', facts: {} }],
] as const)
  test(`the cron text ${cron} is refused: ${problem.reason}`, () => assert.deepEqual(cronProblem(cron), problem));

test('a cron text with names, ranges and steps is valid', () => {
  for (const cron of ['0 2 * * 7', '0 2 * jan-mar *', '1-5,10-20/2 * * * *'])
    assert.equal(cronProblem(cron), undefined, cron);
});

test('a cron text of a day that never comes is refused, and one of a day that comes every four years is not', () => {
  for (const cron of ['0 0 30 2 *', '0 0 31 feb,apr,6 *', '0 0 31 9-9 *', '0 0 30-31 2 *'])
    assert.equal(cronProblem(cron)?.reason, 'cron-never', cron);
  for (const cron of ['0 0 29 2 *', '0 0 31 4-5 *', '0 0 */30 * *', '0 0 31 */2 *'])
    assert.equal(cronProblem(cron), undefined, cron);
  const [first, second] = nextFirings({ cron: '0 0 29 2 *', timezone: 'UTC' }, new Date('2026-11-24T00:00:00Z'), 2);
  assert.deepEqual([first, second], [new Date('2028-02-29T00:00:00Z'), new Date('2032-02-29T00:00:00Z')]);
});

test('a document of twenty rare schedules is checked in a fraction of the time that a validation may take', () => {
  const entries = ['0 0 29 2 *', '0 0 30 2 *', '* * * * *', '0 0 31 12 *'].flatMap((cron) =>
    Array.from({ length: 5 }, () => `{ cron: "${cron}", timezone: Australia/Lord_Howe, until: 2031-01-01 }`),
  );
  const text = `name: rare\non: { schedule: [${entries.join(', ')}] }\nsteps: { a: { uses: run, with: { command: [x] } } }`;
  checkDocument(text); // What is loaded once is not counted.
  const times = Array.from({ length: 5 }, () => {
    const took = processorTime();
    assert.equal(checkDocument(text).diagnostics.length, 5);
    return took();
  });
  assert.ok(Math.min(...times) < 100, `${Math.min(...times)} ms`);
});

test('the id that a schedule gives is a folder’s name in the form of other runs, and back', () => {
  const workflow = 'nightly-2-2026-11-24T02:00:00Z';
  const run = runIdOf(workflow);
  assert.equal(run, 'nightly-2-20261124-020000-utc');
  assert.equal(workflowIdOf(run), workflow);
  assert.deepEqual(scheduledRun(run), { schedule: 'nightly-2', at: new Date('2026-11-24T02:00:00Z') });
  const byHand = 'nightly-20261124-020000-a1b2';
  assert.deepEqual([runIdOf(byHand), workflowIdOf(byHand), scheduledRun(byHand)], [byHand, byHand, undefined]);
});

test('a document with a schedule is valid, and its defaults are filled in', () => {
  const { document, diagnostics } = checkDocument(`
name: sar-expert
on:
  schedule: [{ cron: "0 2 * * *", timezone: Asia/Shanghai, overlap: skip, catchup: 20h }, { cron: "0 3 * * *" }]
steps:
  data: { uses: prepare, with: { source: ./rows.jsonl } }
`);
  assert.deepEqual(diagnostics, []);
  assert.deepEqual(document?.on?.schedule[1], { cron: '0 3 * * *', timezone: 'UTC', overlap: 'skip' });
});
