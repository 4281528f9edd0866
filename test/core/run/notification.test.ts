import assert from 'node:assert/strict';
import { test } from 'node:test';
import { checkDocument, makePlan } from '../../../core/language/plan/make-plan.ts';
import { webhookProblem } from '../../../core/language/webhook.ts';
import { failureNotification, waitingNotification } from '../../../core/run/notification.ts';
import type { RunState, StepState } from '../../../core/run/run-state.ts';
import { describeProblem } from '../../../core/words/diagnostics/describe.ts';
import { inOneLine } from '../../../core/words/diagnostics/said.ts';

const failed = (message: string): StepState => ({
  uses: 'train',
  state: 'failed',
  failure: { code: 'OUT_OF_MEMORY', message, remedy: 'Lower it.' },
});
const run = (steps: RunState['steps'], more: Partial<RunState> = {}): RunState => ({
  runId: 'nightly-20261124-020000-utc',
  pipeline: 'nightly',
  status: 'failed',
  startedAt: Date.parse('2026-11-24T02:00:00Z'),
  endedAt: Date.parse('2026-11-24T02:05:00Z'),
  steps,
  ...more,
});

test('a notification says which steps failed, why, and which could not start; its text has two lines', () => {
  const notification = failureNotification(
    run({
      data: { uses: 'prepare', state: 'succeeded' },
      train: failed('no memory at step 120\nmore'),
      other: failed('x'),
      serve: { uses: 'promote', state: 'blocked' },
    }),
  );
  assert.equal(
    notification.text,
    'nightly failed (schedule nightly): train: no memory at step 120 (and 1 more)\nnpx temper show nightly-20261124-020000-utc',
  );
  assert.deepEqual([notification.failed_steps, notification.blocked_steps], [['train', 'other'], ['serve']]);
  assert.deepEqual([notification.schedule, notification.ended_at], ['nightly', '2026-11-24T02:05:00.000Z']);
  assert.deepEqual(notification.failures[0], {
    step: 'train',
    code: 'OUT_OF_MEMORY',
    message: 'no memory at step 120\nmore',
    remedy: 'Lower it.',
  });
});

test('a failure with `continue_on_error` is not part of the notification', () => {
  const notification = failureNotification(
    run({ extra: failed('forgiven'), train: failed('no memory') }),
    (id) => id === 'extra',
  );
  assert.deepEqual([notification.failed_steps, notification.failures.length], [['train'], 1]);
});

test('a run that could not start has a notification without steps', () => {
  const failure = { code: 'FILE_NOT_FOUND', message: 'rows.jsonl is not there', remedy: 'Put it there.' } as const;
  const notification = failureNotification(
    run({ data: { uses: 'prepare', state: 'blocked' } }, { failure, runId: 'nightly-20261124-020000-a1b2' }),
  );
  assert.equal(
    notification.text,
    'nightly failed: rows.jsonl is not there\nnpx temper show nightly-20261124-020000-a1b2',
  );
  assert.deepEqual(
    [notification.failed_steps, notification.failures, notification.schedule],
    [[], [failure], undefined],
  );
});

test('a thousand long failures make a short notification', () => {
  const steps = Object.fromEntries(Array.from({ length: 1000 }, (_, i) => [`train@${i}`, failed('é'.repeat(3_000))]));
  const notification = failureNotification(run(steps));
  assert.equal(notification.failed_steps.length, 1000);
  assert.ok(JSON.stringify(notification).length < 60_000);
});

const since = Date.parse('2026-11-24T02:04:00Z');
const waits = (about: string, more = {}): StepState => ({
  uses: 'approve',
  state: 'waiting',
  waitsFor: { words: ['approve', 'reject'], about, type: ['npx temper approve R --step ask'], since, ...more },
});

test('the notification of a waiting run has the question of the step, the verdict before it and the command to type', () => {
  const until = Date.parse('2026-11-25T02:04:00Z');
  const steps = {
    ask: waits('Serve it?\nIt is better.', { verdicts: ['verdict: after 0.9'], until, silence: 'reject' }),
    other: waits('And this?'),
    late: waits('Not told yet'),
  };
  const notification = waitingNotification(run(steps, { status: 'running' }), new Set(['ask', 'other']), since)!;
  assert.equal(
    notification.text,
    'nightly waits for you (schedule nightly): ask: Serve it? (and 1 more)\nnpx temper show nightly-20261124-020000-utc\nnpx temper approve R --step ask',
  );
  assert.deepEqual(
    [notification.status, notification.waiting_steps, notification.waiting_since],
    ['waiting', ['ask', 'other'], '2026-11-24T02:04:00.000Z'],
  );
  assert.deepEqual(notification.waits[0], {
    step: 'ask',
    about: 'Serve it?\nIt is better.',
    verdicts: ['verdict: after 0.9'],
    type: ['npx temper approve R --step ask'],
    until: '2026-11-25T02:04:00.000Z',
    silence: 'reject',
  });
});

test('if all steps have been answered, there is no notification', () => {
  const steps: RunState['steps'] = { ask: { uses: 'approve', state: 'succeeded' }, other: waits('And this?') };
  assert.equal(waitingNotification(run(steps), new Set(['ask']), since), undefined);
});

for (const [address, problem] of [
  ['https://hooks.example.com/services/T0/B0/x', undefined],
  ['http://127.0.0.1:8080/hook', undefined],
  ['http://localhost/hook', undefined],
  ['http://[::1]:8080/hook', undefined],
  ['http://hooks.example.com/x', 'webhook-plain-http'],
  ['http://127.0.0.1.example.com/x', 'webhook-plain-http'],
  ['http://localhost.example.com/x', 'webhook-plain-http'],
  ['https://me:password@example.com/', 'webhook-with-password'],
  ['file:///etc/passwd', 'webhook-not-https'],
  ['hooks.example.com/x', 'webhook-not-an-address'],
] as const)
  test(`${address} ${problem ? 'cannot be a webhook' : 'can be a webhook'}`, () => {
    assert.equal(webhookProblem(address), problem);
  });

const document = (channel: string, key = 'on_failure') =>
  `name: n\n${key}: ${channel}\nsteps: { a: { uses: run, with: { command: [x] } } }`;

for (const [channel, message] of [
  ['{ run: [notify, --urgent] }', undefined],
  ['{ webhook: "${{ secrets.HOOK }}" }', undefined],
  ['{ webhook: "https://example.com/hook" }', undefined],
  ['{}', 'on_failure: needs `run` or `webhook`'],
  ['{ run: [x], webhook: "https://example.com" }', 'on_failure: has both `run` and `webhook`; give one of them'],
  ['{ webhook: "https://x/${{ secrets.HOOK }}" }', /a plain address or one secret/],
  ['{ webhook: "${{ inputs.hook }}" }', /a plain address or one secret/],
  ['{ run: ["${{ secrets.HOOK }}"] }', /on_failure.run\[0\]: must be a plain value/],
  ['{ run: [""] }', /names no program/],
  ['{ run: "notify me" }', /must be a list/],
  ['{ run: [] }', /must not be empty/],
  ['{ webhok: "https://x" }', /unknown key "webhok"; did you mean "webhook"/],
] as const)
  test(`on_failure: ${channel} ${message ? 'is a mistake with its place' : 'is valid'}`, () => {
    const { diagnostics } = checkDocument(document(channel));
    assert.equal(diagnostics.length, message ? 1 : 0, JSON.stringify(diagnostics));
    const said = diagnostics.map((each) => inOneLine(describeProblem(each)));
    if (typeof message === 'string') assert.deepEqual(said, [message]);
    else if (message) assert.match(said[0]!, message);
  });

test('`on_waiting` is checked like `on_failure`, each with its own name', () => {
  const { diagnostics } = checkDocument(document('{ run: [x], webhook: "https://example.com" }', 'on_waiting'));
  assert.deepEqual(
    diagnostics.map(({ reason, path }) => [reason, path]),
    [['two-notifications', ['on_waiting']]],
  );
});

test('a plan holds the channel of notifications, and a secret only by its name', () => {
  const rules = { fromDocument: (path: string) => path, fromShell: (path: string) => path };
  const { plan } = makePlan(document('{ webhook: "${{ secrets.HOOK }}" }'), '/p.yaml', {}, rules);
  assert.deepEqual(plan?.on_failure, { webhook: '${{ secrets.HOOK }}' });
});
