import { randomUUID } from 'node:crypto';
import type { WorkflowHandle } from '@temporalio/client';
import { DefaultLogger, NativeConnection, Runtime, Worker, type WorkflowBundlePath } from '@temporalio/worker';
import { renderProblems } from '../../../cli/view/diagnostics/render-problems.ts';
import { makePlan } from '../../../core/language/plan/make-plan.ts';
import type { PathRules } from '../../../core/language/reading.ts';
import type { RunState } from '../../../core/run/run-state.ts';
import type { Activities } from '../../../protocol/activities.ts';
import { runPipelineType } from '../../../protocol/messages.ts';
import type { RunInput, RunPipeline } from '../../../protocol/run-input.ts';
import { workflowBundle } from '../workflow-bundle.ts';
import { startTemporal, type TestServer } from './temporal-server.ts';

/** One server and one bundle for all tests of a file; each run has queues and workers of its own. */
export class WorkflowRig {
  readonly server: TestServer;
  readonly #connection: NativeConnection;
  readonly #bundle: WorkflowBundlePath;

  private constructor(server: TestServer, connection: NativeConnection, bundle: WorkflowBundlePath) {
    this.server = server;
    this.#connection = connection;
    this.#bundle = bundle;
  }

  static async start(): Promise<WorkflowRig> {
    Runtime.install({ logger: new DefaultLogger('ERROR') });
    const server = await startTemporal();
    const connection = await NativeConnection.connect({ address: server.address });
    const bundle = await workflowBundle();
    return new WorkflowRig(server, connection, bundle);
  }

  async stop(): Promise<void> {
    await this.#connection.close();
    await this.server.stop();
  }

  /** Runs a document with the given activities while `test` looks on; `files` are pipelines that it may name, by their paths. */
  async run(
    text: string,
    activities: Activities,
    test: (run: WorkflowHandle<RunPipeline>, runId: string) => Promise<void>,
    input: Partial<RunInput> = {},
    files: Readonly<Record<string, string>> = {},
  ): Promise<void> {
    const rules: PathRules = {
      fromDocument: (path) => path,
      fromShell: (path) => path,
      open: (path) => ({ path, shown: path, text: files[path] ?? '', rules }),
    };
    const planned = makePlan(text, '/pipeline.yaml', {}, rules);
    if (!planned.plan) throw new Error(renderProblems(planned, 'pipeline.yaml'));
    const id = randomUUID().slice(0, 8);
    const queues = { gpu: `${id}-gpu`, cpu: `${id}-cpu`, host: `${id}-host` };
    const runId = `${planned.plan.pipeline}-20260101-000000-${id}`;
    await this.withWorkers({ ...queues, orchestrator: `${id}-orchestrator` }, activities, async () => {
      const handle = await this.server.client.workflow.start<RunPipeline>(runPipelineType, {
        workflowId: runId,
        taskQueue: `${id}-orchestrator`,
        args: [{ runId, plan: planned.plan!, queues, reuse: true, ...input }],
      });
      await test(handle, runId);
    });
  }

  /** Workers with the given activities on the given queues while `test` looks on. */
  async withWorkers(
    queues: { orchestrator: string; gpu: string; cpu: string; host: string },
    activities: Activities,
    test: () => Promise<void>,
  ): Promise<void> {
    const common = { connection: this.#connection, namespace: this.server.namespace };
    const workers = [
      await Worker.create({ ...common, taskQueue: queues.orchestrator, workflowBundle: this.#bundle }),
      await Worker.create({
        ...common,
        taskQueue: queues.gpu,
        activities,
        maxConcurrentActivityTaskExecutions: 1,
        maxHeartbeatThrottleInterval: '200ms',
      }),
      await Worker.create({ ...common, taskQueue: queues.cpu, activities, maxHeartbeatThrottleInterval: '200ms' }),
      await Worker.create({ ...common, taskQueue: queues.host, activities, maxHeartbeatThrottleInterval: '200ms' }),
    ];
    const running = Promise.all(workers.map((worker) => worker.run()));
    try {
      await test();
    } finally {
      for (const worker of workers) worker.shutdown();
      await running;
    }
  }
}

/** How a closed run ended, whether or not it succeeded. */
export async function ending(run: WorkflowHandle<RunPipeline>): Promise<RunState> {
  await run.result().catch(() => undefined);
  return await run.query<RunState>('state');
}
