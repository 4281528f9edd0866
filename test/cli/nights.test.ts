// needs: temporal
import assert from 'node:assert/strict';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import type { StepResult } from '../../protocol/activities.ts';
import { eventually } from '../rig/eventually.ts';
import { broken, HomeRig } from '../rig/servers/home-rig.ts';

let rig: HomeRig;
let hook: Server;
let secret: string;
/** What the hook was sent, and what it answers next; without more it goes on with the last. */
const got: string[] = [];
let answers = [200];
before(async () => {
  rig = await HomeRig.start();
  hook = createServer(async (request, response) => {
    let body = '';
    for await (const chunk of request) body += String(chunk);
    got.push(body);
    response.writeHead(answers.length > 1 ? answers.shift()! : answers[0]!).end();
  });
  await new Promise<void>((resolve) => hook.listen(0, '127.0.0.1', resolve));
  secret = `http://127.0.0.1:${(hook.address() as AddressInfo).port}/t0ken`;
  await mkdir(rig.home.secrets, { recursive: true });
  await writeFile(join(rig.home.secrets, 'HOOK'), secret, { mode: 0o600 });
});
after(async () => {
  await rig.stop();
  await new Promise((resolve) => hook.close(resolve));
});

const byHook = '{ webhook: "${{ secrets.HOOK }}" }';
async function document(name: string, told = byHook, more = ''): Promise<string> {
  const steps =
    'only: { uses: run, with: { command: ["true"] } }, after: { uses: run, needs: [only], with: { command: ["true"] } }';
  return await rig.file(`${name}.yaml`, `name: ${name}\non_failure: ${told}\n${more}\nsteps: { ${steps} }\n`);
}

/** The id of a run that is started and left alone. */
async function start(file: string): Promise<string> {
  return (await rig.ok('run', '--detach', file)).split('\n')[0]!;
}

/** Every text in an answer of Temporal; payloads travel as bytes. */
function texts(value: unknown): string[] {
  if (typeof value === 'string') return [value];
  if (value instanceof Uint8Array) return [Buffer.from(value).toString()];
  return typeof value === 'object' && value !== null ? Object.values(value).flatMap(texts) : [];
}

const workflow = (id: string) => rig.rig.server.client.workflow.getHandle(id);
const shows = async (run: string, pattern: RegExp) =>
  await eventually(`${run} to show ${pattern}`, async () => {
    const text = await rig.ok('show', run);
    return pattern.test(text) ? text : undefined;
  });

test('a failed run closes at once and tells the webhook, which fails first; neither history knows its address', async () => {
  await rig.withSteps(async (steps) => {
    answers = [500, 200];
    const run = await start(await document('told'));
    (await steps.next('only')).fail(broken());
    await assert.rejects(workflow(run).result());
    const shown = await shows(run, /on_failure: sent by the webhook in the secret HOOK at attempt 2/);
    assert.match(shown, new RegExp(`^${run} failed`));
    assert.equal(got.length, 2);
    const { text, failed_steps, blocked_steps, failures } = JSON.parse(got[1]!);
    assert.equal(text, `told failed: only: no rows\nnpx temper show ${run}`);
    assert.deepEqual([failed_steps, blocked_steps, failures[0].code], [['only'], ['after'], 'BAD_DATA']);
    const json = JSON.parse(await rig.ok('show', '--json', run));
    assert.deepEqual([json.status, json.notification.outcome, json.notification.attempts], ['failed', 'sent', 2]);

    const { client } = rig.rig.server;
    const child = `${run}-on-failure-${json.endedAt}`;
    for (const id of [run, child]) {
      const history = texts(await workflow(id).fetchHistory());
      assert.ok(history.some((text) => text.includes('secrets.HOOK')));
      assert.ok(!history.some((text) => text.includes('t0ken')));
    }
    assert.equal((await client.workflow.getHandle(child).describe()).status.name, 'COMPLETED');
    assert.doesNotMatch(await rig.ok('ps'), /on-failure/);
  });
});

test('a run that is resumed while its failure is still being told goes on at once, and shows nothing of that failure', async () => {
  await rig.withSteps(async (steps) => {
    answers = [503];
    const before = got.length;
    const run = await start(await document('resumed'));
    (await steps.next('only')).fail(broken());
    await shows(run, /on_failure: not sent yet after \d+ attempts?: the webhook in the secret HOOK answered 503/);
    await rig.ok('resume', '--detach', run);
    (await steps.next('only')).succeed();
    (await steps.next('after')).succeed();
    await workflow(run).result();
    assert.doesNotMatch(await rig.ok('show', run), /on_failure/);
    answers = [404];
    const asked = await eventually('the hook to refuse it', () => (got.length > before + 1 ? got.length : undefined));
    assert.ok(asked > 0);
  });
});

test('a webhook that refuses is asked once, and the run shows that nobody was told', async () => {
  await rig.withSteps(async (steps) => {
    answers = [404];
    const run = await start(await document('refused'));
    const before = got.length;
    (await steps.next('only')).fail(broken());
    await shows(run, /on_failure: could not be sent after 1 attempt: the webhook in the secret HOOK answered 404/);
    assert.equal(got.filter((body) => body.includes(run)).length, 1);
    assert.ok(got.length > before);
  });
});

test('a failed night of a schedule tells a program, in the document’s folder; a cancelled one tells nobody', async () => {
  const program =
    "let text = ''; process.stdin.on('data', (part) => { text += part; }).on('end', () => fs.appendFileSync('nights', process.env.TEMPER_RUN_ID + ' ' + process.env.TEMPER_STEPS + ' ' + JSON.parse(text).schedule + '\\n'))";
  const told = `{ run: ["${process.execPath}", "-e", ${JSON.stringify(program)}] }`;
  await rig.withSteps(async (steps) => {
    const file = await document('night', told, 'on: { schedule: [{ cron: "0 2 1 1 *", overlap: cancel_other }] }');
    await rig.ok('schedule', 'apply', file);
    await rig.ok('schedule', 'trigger', 'night');
    const cancelled = await steps.next('only');
    await rig.ok('schedule', 'trigger', 'night');
    await cancelled.cancelled;
    const failing = await steps.next('only');
    failing.fail(broken());
    const run = failing.input.runId;
    await shows(run, /on_failure: sent by \S*node/);
    assert.equal(await readFile(join(rig.folder, 'nights'), 'utf8'), `${run} only night\n`);
    assert.doesNotMatch(await rig.ok('show', cancelled.input.runId), /on_failure/);
  });
});

test('a run that waits tells the webhook what to type, and show says that it did', async () => {
  await rig.withSteps(async () => {
    answers = [200];
    const before = got.length;
    const text = `name: asks\non_waiting: ${byHook}\nsteps: { ask: { uses: approve, with: { message: "Serve it?" } } }\n`;
    const run = await start(await rig.file('asks.yaml', text));
    await shows(run, /on_waiting: not sent yet/);
    await shows(run, /on_waiting: sent by the webhook in the secret HOOK/);
    const notification = JSON.parse(got[before]!);
    assert.deepEqual([notification.status, notification.waiting_steps], ['waiting', ['ask']]);
    assert.equal(notification.text.split('\n')[0], 'asks waits for you: ask: Serve it?');
    assert.ok(notification.text.includes(`\nnpx temper approve ${run} --step ask\n`));
    await rig.ok('approve', run);
    await workflow(run).result();
    assert.doesNotMatch(await rig.ok('show', run), /on_waiting/);
    assert.equal(got.length, before + 1);
  });
});

test('a run that could not start is told as well', async () => {
  await rig.withSteps(
    async () => {
      answers = [200];
      const run = await start(await document('unpinned'));
      await shows(run, /on_failure: sent by the webhook/);
      assert.match(await rig.ok('ps'), new RegExp(`${run} +failed +\\S+ +no rows$`, 'm'));
      assert.ok(got.some((body) => JSON.parse(body).text === `unpinned failed: no rows\nnpx temper show ${run}`));
    },
    {
      pin: async () => {
        throw broken();
      },
    },
  );
});

test('a night with nothing new is unchanged since the run that made what it reused, and no step is carried out', async () => {
  const done = (reusedFrom: string): StepResult => ({
    outputs: {},
    summary: 'done',
    artifacts: [],
    key: 'k',
    reusedFrom,
  });
  const [older, newer] = ['quiet-20260101-020000-utc', 'quiet-20260102-090000-a1b2'];
  await rig.withSteps(
    async (steps) => {
      const step = 'only: { uses: run, with: { command: ["true"] } }';
      await rig.file('inner.yaml', `name: inner\nsteps: { ${step} }\n`);
      const file = await rig.file(
        'quiet.yaml',
        `name: quiet\non: { schedule: [{ cron: "0 2 1 1 *" }] }\nsteps: { ${step}, after: { uses: ./inner.yaml } }\n`,
      );
      const followed = await rig.ok('run', file);
      assert.match(followed, new RegExp(`succeeded in \\S+, unchanged since ${newer}$`, 'm'));
      await rig.ok('schedule', 'apply', file);
      await rig.ok('schedule', 'trigger', 'quiet');
      const line = new RegExp(
        `^(quiet-\\S+-utc) +succeeded +\\S+ +unchanged since ${newer} +\\[schedule quiet\\]$`,
        'm',
      );
      const [, night] = await eventually('the night', async () => line.exec(await rig.ok('ps')) ?? undefined);
      assert.match(await rig.ok('show', night!), new RegExp(`unchanged since ${newer}`));
      assert.equal(JSON.parse(await rig.ok('show', '--json', night!)).unchangedSince, newer);
      assert.deepEqual(steps.started, []);
    },
    {
      // The pipeline that runs as a step has found its own step done by a later run than the step beside it was.
      pin: async (input) => {
        const isWhole = input.plan.pipeline === 'quiet';
        const pinned = await rig.pin(input);
        return { ...pinned, reused: { only: done(isWhole ? older : newer) } };
      },
    },
  );
});
