import type { Connection } from '@temporalio/client';
import type { Home } from '../machine/home.ts';
import { ownEnvironment } from '../settings/child-environment.ts';
import type { WorkerPlan } from './plan.ts';
import { workerGrace } from './process-group.ts';
import type { ServiceSpec } from './service.ts';

/** Numbers of Temporal's `TaskQueueType`. */
const queueTypes = { workflow: 1, activity: 2 } as const;

/** A process that polls task queues. It is ready when Temporal has seen its poll. */
export function workerService(options: {
  home: Home;
  worker: WorkerPlan;
  log: string;
  namespace: string;
  connection: () => Promise<Connection>;
}): ServiceSpec {
  const { home, worker, log, namespace } = options;
  return {
    name: worker.name,
    log,
    cwd: home.root,
    startLimit: 60_000,
    stopGrace: workerGrace,
    launch: async () => ({
      program: worker.program,
      args: worker.args,
      env: ownEnvironment(process.env, { TEMPER_HOME: home.root }),
    }),
    answers: async (pid) => {
      if (!worker.queue) return true;
      const connection = await options.connection();
      const { pollers } = await connection.workflowService.describeTaskQueue({
        namespace,
        taskQueue: { name: worker.queue.name },
        taskQueueType: queueTypes[worker.queue.type],
      });
      // The SDK's default identity begins with the process's number.
      return (pollers ?? []).some((poller) => poller.identity?.startsWith(`${pid}@`));
    },
  };
}
