import type { ChildProcess } from 'node:child_process';
import { mkdir, writeFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { WorkflowHandle } from '@temporalio/client';
import { makePlan } from '../../core/language/plan/make-plan.ts';
import { runPipelineType } from '../../protocol/messages.ts';
import type { RunPipeline } from '../../protocol/run-input.ts';
import { type Home, openHome, queues } from '../../services/machine/home.ts';
import type { TestServer } from './servers/temporal-server.ts';
import { end, startWorkerProcess } from './servers/worker-process.ts';

const tinyModel = fileURLToPath(new URL('../trainer/tiny_model.py', import.meta.url));

/** A tiny base, its training with a checkpoint every ten steps, and the adapter of the last one. */
const document = (maxSteps: number) => `
name: tiny
steps:
  base: { uses: run, with: { command: [python, inputs/tiny_model.py, model], inputs: { tiny_model.py: ${tinyModel} }, outputs: { model: { path: model, type: model } } } }
  data: { uses: prepare, with: { source: ./rows.jsonl } }
  train:
    uses: train
    with: { base: "\${{ steps.base.outputs.model }}", dataset: "\${{ steps.data.outputs.dataset }}", max_steps: ${maxSteps}, batch_size: 4, log_every_steps: 1, checkpoint: { every_steps: 10 }, lora: { dropout: 0.1 } }
  best: { uses: checkpoint, with: { from: "\${{ steps.train.outputs.checkpoints }}", select: last } }
`;

/** A home of its own with its workers: nothing but the Temporal server and the libraries is shared. */
export interface TinyHome {
  root: string;
  home: Home;
  env: Record<string, string>;
  orchestrator: ChildProcess;
  gpu: ChildProcess;
}

export async function startTinyHome(server: TestServer, root: string): Promise<TinyHome> {
  await mkdir(root, { recursive: true });
  const rows = Array.from({ length: 60 }, (_, n) =>
    JSON.stringify({ instruction: `What is ${n} plus ${n}?`, output: `It is ${n + n}.` }),
  );
  await writeFile(join(root, 'rows.jsonl'), `${rows.join('\n')}\n`);
  const env = { TEMPER_HOME: root, TEMPORAL_ADDRESS: server.address, OMP_NUM_THREADS: '1' };
  const home = openHome(env);
  const [orchestrator, gpu] = await Promise.all([
    startWorkerProcess('orchestrator', env),
    startWorkerProcess('gpu', env),
  ]);
  return { root, home, env, orchestrator, gpu };
}

export const endTinyHome = async ({ orchestrator, gpu }: TinyHome) =>
  await Promise.all([end(orchestrator, 'SIGTERM'), end(gpu, 'SIGTERM')]);

export async function startTinyRun(
  server: TestServer,
  { home, root }: TinyHome,
  maxSteps: number,
): Promise<WorkflowHandle<RunPipeline>> {
  const runId = `tiny-20260101-000000-${home.id}`;
  const rules = { fromDocument: (path: string) => resolve(root, path), fromShell: resolve };
  const { plan } = makePlan(document(maxSteps), join(root, 'tiny.yaml'), {}, rules);
  const { orchestrator, ...own } = queues(home);
  return await server.client.workflow.start<RunPipeline>(runPipelineType, {
    workflowId: runId,
    taskQueue: orchestrator,
    args: [{ runId, plan: plan!, queues: own, reuse: false }],
  });
}

/** A file of the training step of the one run of a home. */
export const trainingFile = ({ home }: TinyHome, name: string) =>
  join(home.runs, `tiny-20260101-000000-${home.id}`, 'steps', 'train', name);
