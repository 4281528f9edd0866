// needs: python, temporal
import assert from 'node:assert/strict';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { WorkflowNotFoundError } from '@temporalio/client';
import type { Handle } from '../../core/handles.ts';
import type { RunState } from '../../core/run/run-state.ts';
import { readLedger } from '../../services/runs/attempt-ledger.ts';
import { dropBytes } from '../../services/store/artifact-removal.ts';
import { ArtifactStore } from '../../services/store/artifacts.ts';
import { eventually } from '../rig/eventually.ts';
import { startTemporal, type TestServer } from '../rig/servers/temporal-server.ts';
import { temper } from '../rig/temper.ts';
import { endTinyHome, startTinyHome, type TinyHome } from '../rig/tiny-run.ts';

// Two runs fail, Temporal forgets them, and each test asks for one as if nothing had happened. The second left no record.
let server: TestServer;
let folder: string;
let tiny: TinyHome;
let runId: string;
let unrecorded: string;
const command = async (...args: string[]) => await temper(args, tiny.env);

before(async () => {
  server = await startTemporal();
  folder = await mkdtemp(join(tmpdir(), 'temper-forgotten-'));
  tiny = await startTinyHome(server, join(folder, 'home'));
  const document = `
name: forgotten
steps:
  first: { uses: run, with: { command: [sh, -c, "echo hello; echo made > out"], inputs: {}, outputs: { made: { path: out } } } }
  second: { uses: run, retry: { max_attempts: 1 }, with: { command: [test, -e, ${join(folder, 'now')}], inputs: { made: "\${{ steps.first.outputs.made }}" } } }
`;
  await writeFile(join(folder, 'forgotten.yaml'), document);
  const fail = async () => {
    const { code, stdout } = await command('run', '--no-reuse', join(folder, 'forgotten.yaml'));
    assert.equal(code, 1, stdout);
    return /^forgotten-\S+/m.exec(stdout)![0];
  };
  runId = await fail();
  unrecorded = await fail();
  await Promise.all([forget(runId), forget(unrecorded)]);
  await rm(join(tiny.home.runs, unrecorded, 'run.json'));
});
after(async () => {
  await endTinyHome(tiny);
  await server.stop();
  await rm(folder, { recursive: true, force: true });
});

/** What the end of the retention time does, at once. */
async function forget(run: string): Promise<void> {
  const { namespace } = server;
  await server.client.workflowService.deleteWorkflowExecution({
    namespace,
    workflowExecution: { workflowId: run },
  });
  await eventually('Temporal to forget the run', async () =>
    server.client.workflow
      .getHandle(run)
      .describe()
      .then(
        () => undefined,
        (error: unknown) => error instanceof WorkflowNotFoundError || undefined,
      ),
  );
}

const shown = async (run: string) => JSON.parse((await command('show', run, '--json')).stdout) as RunState;

const starts = async (run: string) =>
  (await readLedger(join(tiny.home.runs, run, 'steps', 'first', 'attempts.jsonl'))).filter(
    (line) => line.event === 'started',
  ).length;

test('show, ps, logs and watch tell of a run that Temporal has forgotten, and cancel knows that it is over', async () => {
  const show = await command('show', runId);
  assert.match(show.stdout, /forgotten-\S+ failed in[\s\S]*✔ first[\s\S]*✘ second[\s\S]*What to do:/);
  assert.doesNotMatch(show.stdout, /namespaces\/temper\/workflows/, 'no link to a page that is gone');
  assert.match((await command('ps')).stdout, /forgotten-\S+ +failed .*second failed/);
  assert.match((await command('logs', `${runId}/first`)).stdout, /hello/);
  const watch = await command('watch', runId);
  assert.equal(watch.code, 1);
  assert.match(watch.stdout, /second: [\s\S]*COMMAND_FAILED/);
  assert.match((await command('cancel', runId)).stdout, /has already ended \(failed\)/);
});

test('resume of a forgotten run keeps what had succeeded, also where its bytes were dropped: they are made again when they are read', async () => {
  const made = (await shown(runId)).steps.first!.outputs!.made as Handle;
  await dropBytes(new ArtifactStore(tiny.home.store), made, 'a clean-up');
  await writeFile(join(folder, 'now'), '');
  const { code, stdout, stderr } = await command('resume', runId);
  assert.equal(code, 0, stdout + stderr);
  const state = await shown(runId);
  assert.deepEqual([state.runId, state.status, state.steps.first?.state], [runId, 'succeeded', 'succeeded']);
  assert.deepEqual(
    state.steps.first?.madeAgain?.map((why) => why.for),
    ['second'],
  );
});

test('a forgotten run that left no record is told by what its steps have left, and goes on from there', async () => {
  const state = await shown(unrecorded);
  assert.deepEqual([state.status, state.steps.first?.state], ['terminated', 'succeeded']);
  assert.match((await command('show', unrecorded)).stdout, /Temporal no longer has this run[\s\S]*npx temper resume/);
  assert.match((await command('ps')).stdout, new RegExp(`${unrecorded} +terminated`));
  const { code, stdout } = await command('resume', unrecorded);
  assert.equal(code, 0, stdout);
  assert.equal((await shown(unrecorded)).status, 'succeeded');
  assert.equal(await starts(unrecorded), 1);
});
