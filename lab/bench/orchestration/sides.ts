import { randomUUID } from 'node:crypto';
import { fileURLToPath } from 'node:url';
import type { Client } from '@temporalio/client';
import { bundleWorkflowCode, DefaultLogger, NativeConnection, Runtime, Worker } from '@temporalio/worker';
import { createActivities } from '../../../activities/index.ts';
import type { Pins } from '../../../protocol/activities.ts';
import type { RunInput } from '../../../protocol/run-input.ts';
import type { Home } from '../../../services/machine/home.ts';
import { connectTemporal } from '../../../services/temporal/connect.ts';
import { collectDeps } from '../../../workers/deps.ts';
import { noop } from './noop.ts';
import { planOf } from './plans.ts';
import { type TimeParts, timeParts } from './time-parts.ts';
import type { ByHand } from './workflows.ts';

export type Shape = ByHand['shape'];

/** One run of one side; seconds from request to result, as the client sees them. */
export interface Timed {
  seconds: number;
  parts: TimeParts;
}

/** Two workers in this process for both sides: one runs workflows, one activities. */
export class Sides {
  readonly #client: Client;
  readonly #close: () => Promise<void>;
  readonly #pins: Pins;
  readonly #queues: { workflows: string; activities: string };
  readonly #slots: number;

  private constructor(of: {
    client: Client;
    close: () => Promise<void>;
    pins: Pins;
    queues: { workflows: string; activities: string };
    slots: number;
  }) {
    this.#client = of.client;
    this.#close = of.close;
    this.#pins = of.pins;
    this.#queues = of.queues;
    this.#slots = of.slots;
  }

  /** `slots`: how many activities may run at once. */
  static async open(home: Home, slots: number): Promise<Sides> {
    Runtime.install({ logger: new DefaultLogger('ERROR') });
    const { client, address, namespace, close } = await connectTemporal(home, {});
    const connection = await NativeConnection.connect({ address });
    const deps = await collectDeps(home);
    const id = randomUUID().slice(0, 8);
    const queues = { workflows: `bench-${id}-workflows`, activities: `bench-${id}-activities` };
    const workflowsPath = fileURLToPath(new URL('./workflows.ts', import.meta.url));
    const workflowBundle = await bundleWorkflowCode({ workflowsPath, logger: new DefaultLogger('ERROR') });
    const common = { connection, namespace };
    const activities = { ...createActivities(deps), noop: noop(deps) };
    const workers = [
      await Worker.create({ ...common, taskQueue: queues.workflows, workflowBundle }),
      await Worker.create({
        ...common,
        taskQueue: queues.activities,
        activities,
        maxConcurrentActivityTaskExecutions: slots,
        maxConcurrentActivityTaskPolls: Math.min(10, slots),
      }),
    ];
    const running = Promise.all(workers.map((worker) => worker.run()));
    const closeAll = async () => {
      for (const worker of workers) worker.shutdown();
      await running;
      await connection.close();
      await close();
    };
    const pins = { files: {}, bases: {}, models: {}, environment: deps.environment };
    return new Sides({ client, close: closeAll, pins, queues, slots });
  }

  async close(): Promise<void> {
    await this.#close();
  }

  async temper(shape: Shape, steps: number): Promise<Timed> {
    const [runId, salt] = this.#names(shape);
    const { activities } = this.#queues;
    const queues = { gpu: activities, cpu: activities, host: activities };
    const input: RunInput = {
      runId,
      plan: planOf({ shape, steps, salt, atOnce: this.#slots }),
      queues,
      reuse: true,
      heartbeat: '30s',
    };
    return await this.#time('runPipeline', runId, input);
  }

  async byHand(shape: Shape, steps: number): Promise<Timed> {
    const [runId, salt] = this.#names(shape);
    const input: ByHand = {
      runId,
      taskQueue: this.#queues.activities,
      shape,
      steps,
      atOnce: this.#slots,
      salt,
      pins: this.#pins,
    };
    return await this.#time('byHand', runId, input);
  }

  #names(shape: Shape): [runId: string, salt: string] {
    const salt = randomUUID().slice(0, 8);
    return [`bench-${shape.replace('_', '-')}-20260101-000000-${salt}`, salt];
  }

  async #time(type: string, workflowId: string, input: object): Promise<Timed> {
    const started = performance.now();
    const how = { workflowId, taskQueue: this.#queues.workflows, args: [input] };
    const handle = await this.#client.workflow.start(type, how);
    await handle.result();
    const seconds = (performance.now() - started) / 1000;
    return { seconds, parts: timeParts((await handle.fetchHistory()).events ?? []) };
  }
}
