// needs: python, temporal, ollama
import assert from 'node:assert/strict';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import type { RunState } from '../../core/run/run-state.ts';
import { readLedger } from '../../services/runs/attempt-ledger.ts';
import { eventually } from '../rig/eventually.ts';
import { startTemporal, type TestServer } from '../rig/servers/temporal-server.ts';
import { temper } from '../rig/temper.ts';
import { endTinyHome, startTinyHome, type TinyHome } from '../rig/tiny-run.ts';

let server: TestServer;
let folder: string;
let tiny: TinyHome;
before(async () => {
  server = await startTemporal();
  folder = await mkdtemp(join(tmpdir(), 'temper-mended-'));
  tiny = await startTinyHome(server, folder);
});
after(async () => {
  await endTinyHome(tiny);
  await server.stop();
  await rm(folder, { recursive: true, force: true });
});

const tinyModel = fileURLToPath(new URL('../trainer/tiny_model.py', import.meta.url));
const trained = `
name: trained
on_step_failure: wait
inputs: { rows: { type: path }, steps: { type: number } }
outputs: { checkpoints: "\${{ steps.train.outputs.checkpoints }}", trained: "\${{ steps.train.outputs.steps }}" }
steps:
  base: { uses: run, with: { command: [python, inputs/tiny_model.py, model], inputs: { tiny_model.py: ${tinyModel} }, outputs: { model: { path: model, type: model } } } }
  data: { uses: prepare, with: { source: "\${{ inputs.rows }}" } }
  train:
    uses: train
    with: { base: "\${{ steps.base.outputs.model }}", dataset: "\${{ steps.data.outputs.dataset }}", max_steps: "\${{ inputs.steps }}", batch_size: 4, log_every_steps: 1, checkpoint: { every_steps: 10 } }
    retry: { max_attempts: 1 }
`;
const whole = `
name: whole
steps:
  part: { uses: ./trained.yaml, with: { rows: ./rows.jsonl, steps: 240 } }
  ask: { uses: approve, with: { message: "Keep it after \${{ steps.part.outputs.trained }} steps?" } }
  best: { uses: checkpoint, needs: ask, with: { from: "\${{ steps.part.outputs.checkpoints }}", select: last } }
`;

test('a trainer that is killed for good in a pipeline within a run waits, is retried from its checkpoint, and what it made is approved', async () => {
  await writeFile(join(folder, 'trained.yaml'), trained);
  await writeFile(join(folder, 'whole.yaml'), whole);
  const cli = async (...args: string[]) => {
    const { code, stdout, stderr } = await temper(args, tiny.env);
    assert.equal(code, 0, stdout + stderr);
    return stdout;
  };
  const run = (await cli('run', '--detach', join(folder, 'whole.yaml'))).split('\n')[0]!;
  const training = (name: string) => join(tiny.home.runs, `${run}.part`, 'steps', 'train', name);
  const stateOf = async (id: string) => await server.client.workflow.getHandle(id).query<RunState>('state');
  const ledger = () => readLedger(training('attempts.jsonl'));

  await eventually('a checkpoint', async () => (await ledger()).find(({ event }) => event === 'checkpoint'));
  const { pid } = JSON.parse(await readFile(training('work/LOCK'), 'utf8')) as { pid: number };
  process.kill(pid, 'SIGKILL');
  await eventually('the training to wait', async () => (await stateOf(`${run}.part`)).steps.train?.waitsFor);
  const told = await cli('show', run);
  assert.match(told, /part\.train waits for you: it has failed: .*killed/i);
  assert.match(await cli('logs', `${run}.part/train`), /--- attempt 1/);

  assert.match(await cli('retry', run), /^part\.train runs again, a training from its last checkpoint$/m);
  await eventually('the approval', async () => (await stateOf(run)).steps.ask?.waitsFor);
  const resumed = (await ledger()).flatMap((line) => (line.event === 'resumed' ? [line.fromStep] : []));
  assert.ok(resumed.length === 1 && resumed[0]! >= 10, JSON.stringify(resumed));
  assert.equal((await stateOf(run)).steps.ask?.waitsFor?.about, 'Keep it after 240 steps?');
  await cli('approve', run, '--comment', 'it learns');
  await server.client.workflow.getHandle(run).result();

  const record = JSON.parse(await readFile(join(tiny.home.runs, run, 'run.json'), 'utf8')) as RunState;
  assert.deepEqual([record.status, record.steps.ask?.outputs?.comment], ['succeeded', 'it learns']);
  assert.match(record.steps.best?.summary ?? '', /step 240/);
  const pins = JSON.parse(await readFile(join(tiny.home.runs, run, 'pins.json'), 'utf8')) as { files: object };
  assert.ok(Object.keys(pins.files).includes(join(folder, 'rows.jsonl')), 'the whole has pinned what its part reads');
});
