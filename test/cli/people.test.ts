// needs: temporal
import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { hostname, tmpdir, userInfo } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { promisify } from 'node:util';
import { ApplicationFailure } from '@temporalio/common';
import type { Deps } from '../../activities/engine/deps.ts';
import { record } from '../../activities/lifecycle/record.ts';
import type { RunState } from '../../core/run/run-state.ts';
import type { PinInput } from '../../protocol/activities.ts';
import { cacheDir, type Home, openHome, queues } from '../../services/machine/home.ts';
import { ensureTemporal } from '../../services/setup/temporal.ts';
import { eventually } from '../rig/eventually.ts';
import { HeldSteps } from '../rig/held-steps.ts';
import { WorkflowRig } from '../rig/servers/workflow-rig.ts';
import { temper } from '../rig/temper.ts';

let rig: WorkflowRig;
let folder: string;
let home: Home;
let env: Record<string, string>;
before(async () => {
  rig = await WorkflowRig.start();
  folder = await mkdtemp(join(tmpdir(), 'temper-people-'));
  env = { TEMPER_HOME: join(folder, 'home'), XDG_CONFIG_HOME: folder, TEMPORAL_ADDRESS: rig.server.address };
  home = openHome(env);
});
after(async () => {
  await rig.stop();
  await rm(folder, { recursive: true, force: true });
});

/** Real workers of the home, real records, and steps that wait to be told how they end. */
async function withSteps(look: (steps: HeldSteps) => Promise<void>): Promise<void> {
  const steps = new HeldSteps();
  const activities = steps.activities({
    pin: async ({ runId, plan, pins = { files: {}, bases: {}, models: {} } }: PinInput) => {
      const run = join(home.runs, runId);
      await mkdir(run, { recursive: true });
      await rm(join(run, 'run.json'), { force: true });
      await writeFile(join(run, 'plan.json'), JSON.stringify(plan));
      await writeFile(join(run, 'pins.json'), JSON.stringify(pins));
      return { pins, reused: {} };
    },
    record: record({ runs: home.runs, hooks: {} } as Deps),
  });
  await rig.withWorkers(queues(home), activities, async () => await look(steps));
}

async function cli(...args: string[]): Promise<string> {
  const { code, stdout, stderr } = await temper(args, env);
  assert.equal(code, 0, stdout + stderr);
  return stdout;
}

async function refused(code: number, ...args: string[]): Promise<string> {
  const ended = await temper(args, env);
  assert.equal(ended.code, code, ended.stdout + ended.stderr);
  return ended.stderr + ended.stdout;
}

/** Starts a pipeline as a person would, and answers its run's id. */
async function start(name: string, text: string, files: Readonly<Record<string, string>> = {}): Promise<string> {
  for (const [path, content] of Object.entries({ ...files, [`${name}.yaml`]: `name: ${name}\n${text}` }))
    await writeFile(join(folder, path), content);
  return (await cli('run', '--detach', join(folder, `${name}.yaml`))).split('\n')[0]!;
}

const stateOf = async (run: string) => await rig.server.client.workflow.getHandle(run).query<RunState>('state');
const waits = async (run: string, id: string) =>
  await eventually(`${id} of ${run} to wait`, async () => (await stateOf(run)).steps[id]?.waitsFor);
const ended = async (run: string) =>
  await rig.server.client.workflow
    .getHandle(run)
    .result()
    .catch(() => undefined);
const broken = () =>
  ApplicationFailure.create({
    type: 'BAD_DATA',
    message: 'no rows',
    nonRetryable: true,
    details: [{ remedy: 'add some' }],
  });
const me = `${userInfo().username}@${hostname()}`;
const own = 'uses: run, with: { command: ["true"] }';
const asking = `steps:\n  ask: { uses: approve, with: { message: "Go on?" } }\n  go: { ${own}, needs: ask }\n`;

test('ps, show and watch say what a run waits for and what to type; approve lets it go on, and the record says who', async () => {
  await withSteps(async (steps) => {
    const run = await start('asking', asking);
    await waits(run, 'ask');
    assert.match(
      await cli('ps'),
      new RegExp(`${run} +running .*ask waits for you: npx temper approve ${run} --step ask`),
    );
    assert.match(
      await cli('show', run),
      new RegExp(`ask waits for you: Go on\\?\n {2}npx temper approve ${run} --step ask\n`),
    );
    let shown = '';
    const watching = temper(['watch', run], env, {
      child: (child) => child.stdout?.on('data', (text) => (shown += text)),
    });
    await eventually('watch to tell it', () => (/npx temper reject \S+ --step ask/.test(shown) ? true : undefined));
    assert.match(
      await refused(2, 'approve', `${run}/go`),
      /step "go" of \S+ does not wait for `approve`\nhint: steps that wait for it: ask/,
    );
    assert.match(await refused(1, 'retry', run), /no step of \S+ waits for `retry`; ask waits for approve or reject/);
    assert.match(await refused(1, 'resume', '--detach', run), /`resume` is for paused and closed runs/);
    assert.match(await cli('approve', '@latest', '--comment', 'reads well'), /^ask is approved; the run continues/);
    (await steps.next('go')).succeed();
    assert.equal((await watching).code, 0);
    const told = JSON.parse(await cli('show', run, '--json')) as RunState;
    assert.deepEqual(told.steps.ask?.outputs, { approved: true, by: me, comment: 'reads well' });
    assert.match(await refused(1, 'approve', run), /has already ended/);
    assert.match(
      await refused(1, 'skip', run),
      /has already ended .*\nhint: continue a closed run with `npx temper resume \S+`/,
    );
  });
});

test('reject fails the run with who and why, and resume asks once more', async () => {
  await withSteps(async (steps) => {
    const run = await start('refusing', asking);
    await waits(run, 'ask');
    await cli('reject', run, '--comment', 'it swears');
    await ended(run);
    const told = await cli('show', run);
    assert.match(told, new RegExp(`ask: rejected by ${me}: it swears \\[REJECTED\\]`));
    assert.match(told, new RegExp(`npx temper resume ${run}`));
    await cli('resume', '--detach', run);
    await waits(run, 'ask');
    await cli('approve', run);
    (await steps.next('go')).succeed();
    await ended(run);
    assert.equal((await stateOf(run)).status, 'succeeded');
  });
});

test('Temporal’s own command line approves as well', async () => {
  await withSteps(async (steps) => {
    const run = await start('outside', asking);
    await waits(run, 'ask');
    const { path } = await ensureTemporal(cacheDir(), () => {});
    const update = async (input: string) =>
      await promisify(execFile)(path, [
        ...['workflow', 'update', 'execute', '--workflow-id', run, '--name', 'approve', '--input', input],
        ...['--address', rig.server.address, '--namespace', 'temper'],
      ]);
    await assert.rejects(update('{"step": "go"}'), /does not wait for `approve`; waiting for it: ask/);
    await update('{"comment": "from a script"}');
    (await steps.next('go')).succeed();
    await ended(run);
    const { outputs } = (await stateOf(run)).steps.ask!;
    assert.deepEqual(outputs, { approved: true, by: 'somebody through Temporal', comment: 'from a script' });
  });
});

test('a run that waits with a failed step goes on by retry and by skip', async () => {
  await withSteps(async (steps) => {
    const run = await start('mending', `on_step_failure: wait\nsteps:\n  a: { ${own} }\n  b: { ${own} }\n`);
    (await steps.next('a')).fail(broken());
    (await steps.next('b')).fail(broken());
    await Promise.all([waits(run, 'a'), waits(run, 'b')]);
    const told = await cli('show', run);
    assert.match(told, /a: no rows \[BAD_DATA\]\n {2}What to do: add some/);
    assert.match(
      told,
      new RegExp(`a waits for you: it has failed: no rows\n {2}npx temper retry ${run} --step a\n {2}npx temper skip`),
    );
    assert.match(
      await refused(2, 'retry', run),
      /several steps of \S+ wait for `retry`: a, b\nhint: name one with `--step`/,
    );
    assert.match(await cli('retry', `${run}/a`), /^a runs again, a training from its last checkpoint/);
    const again = await steps.next('a');
    assert.equal(again.input.retried, 1);
    again.succeed();
    assert.match(await cli('skip', run, '--comment', 'tomorrow'), /^b is skipped/);
    await ended(run);
    const { status, steps: all } = await stateOf(run);
    assert.deepEqual([status, all.a?.state, all.b?.state], ['succeeded', 'succeeded', 'skipped']);
    assert.match(all.b?.summary ?? '', new RegExp(`skipped by ${me} \\(tomorrow\\) after it had failed: no rows`));
  });
});

const part = `name: part
inputs: { rows: { type: number } }
outputs: { rows: "\${{ inputs.rows }}" }
steps:
  make: { ${own} }
  ask: { uses: approve, needs: make }
  use: { ${own}, needs: ask }
`;

test('a pipeline within a run is shown as its step and by its own name; its approval is found from the whole, which resumes it', async () => {
  await withSteps(async (steps) => {
    const text = `steps:\n  part: { uses: ./part.yaml, with: { rows: 3 } }\n  go: { uses: run, with: { command: [echo, "\${{ text(steps.part.outputs.rows) }}"] } }\n`;
    const run = await start('whole', text, { 'part.yaml': part });
    (await steps.next('make')).succeed();
    await waits(`${run}.part`, 'ask');
    const listed = (await cli('ps')).split('\n').filter((line) => line.startsWith('whole-'));
    assert.equal(listed.length, 1, listed.join('\n'));
    assert.match(listed[0]!, new RegExp(`part\\.ask waits for you: npx temper approve ${run}\\.part --step ask`));
    assert.match(await cli('show', run), /part\.make .*done\n[\s\S]*part\.ask waits for you/);
    assert.match(await cli('show', `${run}.part`), /outputs|ask waits for you|make/);
    assert.match(
      await refused(2, 'show', `${run}.prt`),
      /has no step "prt" that runs a pipeline\nhint: .*whole-\S+\.part/,
    );
    assert.match(await cli('approve', run, '--step', 'part.ask'), /^part\.ask is approved/);
    (await steps.next('use')).fail(broken());
    await ended(run);
    const told = await cli('show', run);
    assert.match(
      told,
      new RegExp(`part: ${run}\\.part failed: use: no rows \\[PIPELINE_FAILED\\]\n {2}What to do: add some`),
    );
    assert.match(
      await refused(1, 'resume', `${run}.part`),
      /is a step of (whole-\S+) and cannot be resumed alone\nhint: .*`npx temper resume \1`/,
    );
    assert.match(await refused(2, 'logs', `${run}/part`), new RegExp(`hint: \`npx temper logs ${run}\\.part\``));
    await cli('resume', '--detach', run);
    (await steps.next('use')).succeed();
    const go = await steps.next('go');
    assert.deepEqual(go.input.with, { command: ['echo', '3'], env: {}, outputs: {} });
    go.succeed();
    await ended(run);
    assert.equal((await stateOf(run)).status, 'succeeded');
    assert.deepEqual(steps.started, ['make', 'use', 'use', 'go']);
    assert.match(
      await cli('plan', join(folder, 'whole.yaml')),
      /part \S*part\.yaml .*\n {2}Runs the pipeline part: 3 steps\n {2}input rows = 3/,
    );
  });
});

test('a mistake in a pipeline that runs as a step is told with its own file, and nothing starts', async () => {
  await writeFile(join(folder, 'bad-part.yaml'), part.replace('uses: approve', 'uses: aprove'));
  await writeFile(
    join(folder, 'bad.yaml'),
    'name: bad\nsteps:\n  part: { uses: ./bad-part.yaml, with: { rows: 3 } }\n',
  );
  for (const command of ['validate', 'run'])
    assert.match(
      await refused(2, command, join(folder, 'bad.yaml')),
      /bad-part\.yaml:6:16 \S+ unknown step kind "aprove" .*\n.*\n.*\nhint: did you mean "approve"\?/,
    );
  const { stdout } = await temper(['validate', '--json', join(folder, 'bad.yaml')], env);
  const [first] = JSON.parse(stdout) as { file: string; line: number }[];
  assert.match(first?.file ?? '', /bad-part\.yaml$/);
  await writeFile(join(folder, 'loop.yaml'), 'name: loop\nsteps:\n  again: { uses: ./loop.yaml }\n');
  assert.match(
    await refused(2, 'validate', join(folder, 'loop.yaml')),
    /run each other: .*loop\.yaml → .*loop\.yaml \[CYCLE\]/,
  );
});
