// needs: temporal
import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { ApplicationFailure } from '@temporalio/common';
import { makePlan } from '../../core/language/plan/make-plan.ts';
import { runIdOf, workflowIdOf } from '../../core/run/run-id.ts';
import type { WaitingNotification } from '../../core/run/schemas/notification.ts';
import { runPipelineType } from '../../protocol/messages.ts';
import type { RunPipeline } from '../../protocol/run-input.ts';
import { queues } from '../../services/machine/home.ts';
import { tellOverdueWaits } from '../../services/runs/overdue-waits.ts';
import { sendBy } from '../../workers/tell-waits.ts';
import { eventually } from '../rig/eventually.ts';
import { HomeRig } from '../rig/servers/home-rig.ts';
import { end, startWorkerProcess } from '../rig/servers/worker-process.ts';

let rig: HomeRig;
before(async () => {
  rig = await HomeRig.start();
});
after(async () => await rig.stop());

const hello = 'name: hello\nsteps: { a: { uses: run, with: { command: [date] } } }\n';

/** Starts a run as a schedule does: nobody makes its folder. `host`: the queues are named as earlier releases named them. */
async function fire(
  at: string,
  { document = hello, host }: { document?: string; host?: string } = {},
): Promise<string> {
  const rules = { fromDocument: (path: string) => path, fromShell: (path: string) => path };
  const { plan } = makePlan(document, '/hello.yaml', {}, rules);
  const { orchestrator, gpu, cpu, host: light } = queues(rig.home);
  const suffix = host === undefined ? '' : `-${host}`;
  const workflowId = `${plan!.pipeline}-${at}`;
  await rig.rig.server.client.workflow.start<RunPipeline>(runPipelineType, {
    workflowId,
    taskQueue: orchestrator,
    args: [{ plan: plan!, queues: { gpu, cpu: `${cpu}${suffix}`, host: `${light}${suffix}` }, reuse: true }],
  });
  return runIdOf(workflowId);
}

const listed = async (run: string) =>
  await eventually(`${run} to be listed`, async () => ((await rig.ok('ps')).includes(run) ? true : undefined));

test('a run whose step no worker takes says so in ps, show and doctor, and by on_waiting, once', async () => {
  const told = join(rig.folder, 'told');
  const document = `name: told\non_waiting: { run: [sh, -c, "cat >> ${told}"] }\nsteps: { a: { uses: run, with: { command: [date] } } }\n`;
  const run = await fire('2026-01-01T02:00:00Z', { document });
  const orchestrator = await startWorkerProcess('orchestrator', rig.env);
  try {
    const line = await eventually('ps to say it', async () => {
      const text = await rig.ok('ps');
      return /no GPU worker takes it/.test(text) ? text : undefined;
    });
    assert.match(line, new RegExp(`${run} +running .*pin: no GPU worker takes it, for \\S+`));
    assert.match(
      await rig.ok('show', run),
      /pin .*no GPU worker takes it[\s\S]*Start the workers with `npx temper up`/,
    );
    assert.match(
      (await rig.temper('doctor')).stdout,
      new RegExp(`✘ run that waits +${run}/pin: no GPU worker takes it`),
    );
    // The orchestrator worker itself looks, and sends it when it has lasted.
    await eventually('the notification', async () => (existsSync(told) ? true : undefined));
    const { runs, secrets } = rig.home;
    const tell = sendBy({ runs, secrets, python: process.execPath }, new AbortController().signal);
    await eventually('the mark that it was told', async () =>
      existsSync(join(rig.home.services, 'told-waits.json')) ? true : undefined,
    );
    await tellOverdueWaits(rig.rig.server.client, rig.home, tell, Date.now() + 60_000);
    const sent = JSON.parse(await readFile(told, 'utf8')) as WaitingNotification;
    assert.equal(sent.run, run);
    assert.deepEqual([sent.waits[0]!.step, sent.waits[0]!.reason?.code], ['pin', 'no_worker']);
    assert.match(
      sent.text,
      /^told waits \(schedule told\): pin: no GPU worker takes it.*\nnpx temper show .*\nStart the workers/s,
    );
  } finally {
    await rig.rig.server.client.workflow.getHandle(workflowIdOf(run)).terminate();
    await end(orchestrator, 'SIGTERM');
  }
});

test('a run that no worker has taken is known to every command, which say what it waits for and what to type', async () => {
  const run = await fire('2026-01-02T02:00:00Z');
  await listed(run);
  assert.match(await rig.ok('ps'), new RegExp(`${run} .*no orchestrator worker takes it, for \\S+`));
  const shown = await rig.ok('show', '@latest');
  assert.match(shown, new RegExp(`${run} running; no worker tells`));
  assert.match(shown, /What to do:\S* Start the workers with `npx temper up`/);
  const [wait] = (JSON.parse(await rig.ok('show', run, '--json')) as { waits: { code: string; facts: object }[] })
    .waits;
  assert.deepEqual([wait!.code, (wait!.facts as { role: string }).role], ['no_worker', 'orchestrator']);
  assert.match((await rig.temper('logs', run)).stderr, new RegExp(`no step of ${run} has begun`));
  assert.match(await rig.ok('cancel', '@latest'), new RegExp(`${run} is being cancelled`));
  await rig.withSteps(async () => {
    await assert.rejects(rig.rig.server.client.workflow.getHandle(workflowIdOf(run)).result());
  });
});

test('a run whose queues have the name that the machine had before is carried out', async () => {
  const run = await fire('2026-01-03T02:00:00Z', { host: 'cafe-wifi-17.local' });
  await rig.withSteps(async (steps) => {
    (await steps.next('a')).succeed();
    await rig.rig.server.client.workflow.getHandle(workflowIdOf(run)).result();
  });
  assert.match(await rig.ok('show', run), /succeeded/);
});

test('a step that is tried again for hours says what it lacks and what to do', async () => {
  const document = `name: patient\nsteps: { a: { uses: run, retry: { initial_interval: 10m }, with: { command: [date] } } }\n`;
  const run = await fire('2026-01-05T02:00:00Z', { document });
  await rig.withSteps(async (steps) => {
    (await steps.next('a')).fail(
      ApplicationFailure.create({
        type: 'OLLAMA_UNREACHABLE',
        message: 'Ollama at http://127.0.0.1:9 does not answer',
      }),
    );
    const shown = await eventually('the failure to be known', async () => {
      const text = await rig.ok('show', run);
      return text.includes('OLLAMA_UNREACHABLE') ? text : undefined;
    });
    assert.match(shown, /a .*Ollama at http:\/\/127.0.0.1:9 does not answer \[OLLAMA_UNREACHABLE\]/);
    assert.match(shown, /What to do:/);
    assert.match(await rig.ok('ps'), new RegExp(`${run} .*a: Ollama at .* does not answer`));
    await rig.ok('cancel', run);
    await assert.rejects(rig.rig.server.client.workflow.getHandle(workflowIdOf(run)).result());
  });
});
