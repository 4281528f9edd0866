// needs: nothing
import assert from 'node:assert/strict';
import { chmod, mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { createServer, type IncomingMessage, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, afterEach, before, test } from 'node:test';
import type { ApplicationFailure } from '@temporalio/common';
import { MockActivityEnvironment } from '@temporalio/testing';
import type { Deps } from '../../../activities/engine/deps.ts';
import { notify as notifyBy } from '../../../activities/lifecycle/notify.ts';
import type { NotifyInput } from '../../../protocol/activities.ts';
import { readNotificationRecord } from '../../../services/runs/notification-record.ts';

let folder: string;
let deps: Deps;
before(async () => {
  folder = await mkdtemp(join(tmpdir(), 'temper-tell-'));
  deps = { runs: join(folder, 'runs'), secrets: join(folder, 'secrets'), python: '/usr/bin/python3' } as Deps;
  await mkdir(deps.secrets, { recursive: true });
  await mkdir(join(deps.runs, notification.run), { recursive: true });
});
after(async () => await rm(folder, { recursive: true, force: true }));

const notification: NotifyInput['notification'] = {
  text: 'nightly failed: train: no memory\nnpx temper show nightly-20261124-020000-utc',
  run: 'nightly-20261124-020000-utc',
  pipeline: 'nightly',
  status: 'failed',
  started_at: '2026-11-24T02:00:00.000Z',
  ended_at: '2026-11-24T02:05:00.000Z',
  failed_steps: ['train', 'other'],
  blocked_steps: [],
  failures: [],
};

interface Got {
  request: IncomingMessage;
  body: string;
}

const servers: Server[] = [];
afterEach(async () => {
  for (const server of servers.splice(0)) await new Promise((resolve) => server.close(resolve));
});

/** A hook that answers each request with the next status, the last one for ever. */
async function hook(...answers: (number | { status: number; location: string })[]) {
  const got: Got[] = [];
  const server = createServer(async (request, response) => {
    let body = '';
    for await (const chunk of request) body += String(chunk);
    const answer = answers[Math.min(got.push({ request, body }), answers.length) - 1]!;
    const { status, location } = typeof answer === 'number' ? { status: answer, location: undefined } : answer;
    response.writeHead(status, location ? { location } : {}).end(`you asked ${request.url}`);
  });
  servers.push(server);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return { got, url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/hook/t0ken` };
}

/** One try, as Temporal would make it; how it failed, where it did. */
async function tell(how: NotifyInput['channel'], attempt = 1, hoursAgo = 0): Promise<ApplicationFailure | undefined> {
  const scheduledTimestampMs = Date.now() - hoursAgo * 3_600_000;
  const activity = new MockActivityEnvironment({ attempt, scheduledTimestampMs });
  const document = join(folder, 'nightly.yaml');
  return await activity.run(notifyBy(deps), { channel: how, notification, document }).then(
    () => undefined,
    (error: ApplicationFailure) => error,
  );
}

const recorded = async () => await readNotificationRecord(join(deps.runs, notification.run), 'failed');
const asSecret = async (url: string) => {
  await writeFile(join(deps.secrets, 'HOOK'), `${url}\n`, { mode: 0o600 });
  return { webhook: '${{ secrets.HOOK }}' };
};

test('a webhook that answers 500 and then 200 is sent at the second attempt, and the record says so each time', async () => {
  const { got, url } = await hook(500, 200);
  const how = await asSecret(url);
  const failure = await tell(how);
  assert.deepEqual([failure?.type, failure?.nonRetryable], ['NOTIFICATION_FAILED', false]);
  const trying = await recorded();
  assert.equal(trying?.outcome, 'trying');
  assert.equal(trying?.why, 'the webhook in the secret HOOK answered 500');
  assert.equal(await tell(how, 2), undefined);
  const { outcome, attempts, of } = (await recorded())!;
  assert.deepEqual([outcome, attempts, of], ['sent', 2, notification.ended_at]);
  assert.equal(got.length, 2);
  assert.deepEqual([got[1]?.request.method, got[1]?.request.headers['content-type']], ['POST', 'application/json']);
  assert.deepEqual(JSON.parse(got[1]!.body), notification);
});

test('neither the failure nor the record tells the address that a secret holds, whatever the server says back', async () => {
  const { url } = await hook(500, 404, { status: 307, location: 'http://127.0.0.1:9/t0ken' });
  const how = await asSecret(url);
  const texts = [];
  for (let attempt = 1; attempt <= 3; attempt++)
    texts.push(JSON.stringify([await tell(how, attempt), await recorded()]), String((await tell(how))?.stack));
  const closed = await asSecret('http://127.0.0.1:9/hook/t0ken');
  texts.push(JSON.stringify([await tell(closed), await recorded()]));
  assert.match(texts.at(-1)!, /could not be reached: /);
  for (const text of texts) assert.doesNotMatch(text, /t0ken|127\.0\.0\.1/);
});

test('a redirect is not followed: neither the notification nor the token comes to a host that nobody has named', async () => {
  const other = await hook(200);
  for (const status of [301, 302, 307, 308]) {
    const { url } = await hook({ status, location: other.url });
    const failure = await tell(await asSecret(url));
    assert.equal(failure?.nonRetryable, true);
    assert.match(failure!.message, new RegExp(`answered ${status}, a redirect`));
  }
  assert.equal(other.got.length, 0);
});

for (const [status, isTriedAgain] of [
  [503, true],
  [429, true],
  [408, true],
  [404, false],
  [401, false],
] as const)
  test(`a webhook that answers ${status} is ${isTriedAgain ? '' : 'not '}asked again`, async () => {
    const { url } = await hook(status);
    const failure = await tell({ webhook: url });
    assert.equal(failure?.nonRetryable, !isTriedAgain);
    assert.equal((await recorded())?.outcome, isTriedAgain ? 'trying' : 'failed');
    assert.match(failure!.message, new RegExp(`^the webhook at 127.0.0.1:\\d+ answered ${status}$`));
  });

test('after six hours it is given up', async () => {
  const { url } = await hook(500);
  assert.equal((await tell({ webhook: url }, 40, 5.9))?.nonRetryable, false);
  assert.equal((await tell({ webhook: url }, 41, 6.1))?.nonRetryable, true);
  assert.equal((await recorded())?.outcome, 'failed');
});

test('a secret that is missing, open to others, or no safe address is refused before anything is sent', async () => {
  const how = await asSecret('http://hooks.example.com/t0ken');
  for (const [prepare, problem] of [
    [async () => {}, /^the webhook in the secret HOOK is plain http/],
    [async () => await chmod(join(deps.secrets, 'HOOK'), 0o644), /other users can read/],
    [async () => await rm(join(deps.secrets, 'HOOK')), /the secret HOOK is not set/],
  ] as const) {
    await prepare();
    const failure = await tell(how);
    assert.equal(failure?.nonRetryable, true);
    assert.match(failure!.message, problem);
    assert.match((await recorded())!.why!, problem);
  }
});

const script = `
let text = '';
process.stdin.on('data', (chunk) => { text += chunk; }).on('end', () =>
  require('fs').writeFileSync('got.json', JSON.stringify({ notification: JSON.parse(text), env: process.env, args: process.argv.slice(1) })));
`;

test('a program gets the notification on stdin, its facts in a limited environment, and its arguments without a shell', async () => {
  process.env.NOTICE_CANARY = 'not for children';
  process.env.HF_TOKEN ??= 'canary';
  const words = ['$HOME', '; touch broken', '*'];
  assert.equal(await tell({ run: ['node', '-e', script, ...words] }), undefined);
  const got = JSON.parse(await readFile(join(folder, 'got.json'), 'utf8'));
  assert.deepEqual([got.notification, got.args], [notification, words]);
  const { TEMPER_RUN_ID, TEMPER_PIPELINE, TEMPER_STATUS, TEMPER_STEPS, NOTICE_CANARY, HF_TOKEN } = got.env;
  assert.deepEqual(
    [TEMPER_RUN_ID, TEMPER_PIPELINE, TEMPER_STATUS, TEMPER_STEPS, NOTICE_CANARY, HF_TOKEN],
    [notification.run, 'nightly', 'failed', 'train other', undefined, undefined],
  );
  assert.deepEqual([(await recorded())?.by, (await recorded())?.outcome], ['node', 'sent']);
});

test('a program that does not read its input has still been notified', async () => {
  assert.equal(await tell({ run: ['node', '-e', 'process.stdin.destroy()'] }), undefined);
});

test('a program that fails is tried again with its last lines recorded; one that is not there is not', async () => {
  const failure = await tell({ run: ['node', '-e', 'console.error("no route"); process.exit(3)'] });
  assert.equal(failure?.nonRetryable, false);
  assert.match(failure!.message, /^node exited with code 3; its last lines:\nno route$/);
  const absent = await tell({ run: ['./no-such-program'] });
  assert.equal(absent?.nonRetryable, true);
  assert.match(absent!.message, /could not be started/);
});
