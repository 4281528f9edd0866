import { randomUUID } from 'node:crypto';
import type { Connection } from '@temporalio/client';

/** Medians in milliseconds: the server's share of one step of a pipeline, and one call of the server. */
interface StepTime {
  step: number;
  call: number;
}

/** By Temporal's `CommandType`. */
const [scheduleActivity, completeWorkflow] = [1, 4];
/** By Temporal's `TaskQueueKind`. */
const normal = 1;

/** The server delivers the first forty tasks after a quiet moment at once, whatever its settings: only the last steps count. */
const [steps, countedSteps] = [30, 9];
const deadlineMs = 20_000;

/**
 * Measures how long a server takes to deliver the tasks of a step. Runs a workflow of empty activities and answers its
 * tasks over gRPC, with both polls open: a worker of the SDK would need a workflow bundle and add its own time, and
 * workflow tasks alone do not tell, since a server may deliver them without the delay. Deletes the workflow, which takes
 * the server half a minute. Throws the server's error, or that it took longer than 20 s.
 */
export async function measureStepTime(connection: Connection, namespace: string): Promise<StepTime> {
  const name = `temper-step-time-${randomUUID().slice(0, 8)}`;
  const { workflowService: service } = connection;
  const taskQueue = { name, kind: normal };
  const common = { namespace, identity: name };
  const call = median(await timesOf(5, async () => await service.getSystemInfo({})));
  return await connection.withDeadline(Date.now() + deadlineMs, async () => {
    await service.startWorkflowExecution({
      ...common,
      requestId: randomUUID(),
      workflowId: name,
      workflowType: { name: 'temper-step-time' },
      taskQueue,
      workflowExecutionTimeout: { seconds: 60 } as never,
    });
    try {
      const [times] = await Promise.all([answerWorkflowTasks(), answerActivityTasks()]);
      const between = times.slice(1).map((time, index) => time - times[index]!);
      return { step: median(between.slice(-countedSteps)), call };
    } finally {
      await service.deleteWorkflowExecution({ namespace, workflowExecution: { workflowId: name } }).catch(() => {});
    }
  });

  /** Schedules one activity after the other. Returns the times at which workflow tasks arrived. */
  async function answerWorkflowTasks(): Promise<number[]> {
    const times: number[] = [];
    while (times.length <= steps) {
      const { taskToken } = await service.pollWorkflowTaskQueue({ ...common, taskQueue });
      if (!taskToken?.length) continue;
      times.push(performance.now());
      const schedule = {
        commandType: scheduleActivity,
        scheduleActivityTaskCommandAttributes: {
          activityId: String(times.length),
          activityType: { name: 'nothing' },
          taskQueue,
          startToCloseTimeout: { seconds: 30 } as never,
        },
      };
      const complete = { commandType: completeWorkflow, completeWorkflowExecutionCommandAttributes: {} };
      const commands = [times.length <= steps ? schedule : complete];
      await service.respondWorkflowTaskCompleted({ ...common, taskToken, commands });
    }
    return times;
  }

  async function answerActivityTasks(): Promise<void> {
    for (let done = 0; done < steps; ) {
      const { taskToken } = await service.pollActivityTaskQueue({ ...common, taskQueue });
      if (!taskToken?.length) continue;
      await service.respondActivityTaskCompleted({ ...common, taskToken });
      done++;
    }
  }
}

/** With these settings a self-hosted server no longer waits 50 ms before each of the two tasks of a step. */
export const fasterSettings = ['history.transferProcessorMaxPollRPS', 'history.timerProcessorMaxPollRPS'] as const;

/** A server with default settings adds 100 ms to a step; this leaves a margin. */
const maxAddedMs = 60;
/** The network time of these calls is not the server's fault. */
const callsPerStep = 4;

/** Judges whether the server delays steps by its default settings. */
export function judgeStepTime({ step, call }: StepTime): { ok: boolean; detail: string; remedy?: string } {
  const detail = `${step.toFixed(0)} ms per step, ${call.toFixed(0)} ms per call`;
  if (step - callsPerStep * call < maxAddedMs) return { ok: true, detail };
  const config = fasterSettings.map((name) => `\`${name}: 10000\``).join(' and ');
  const flags = fasterSettings.map((name) => `--dynamic-config-value ${name}=10000`).join(' ');
  return {
    ok: false,
    detail: `${detail}; with its default settings a server delays each step by about 100 ms, 10 ms are possible`,
    remedy: `Runs work as they are. To make them faster, ask a Temporal admin to set ${config} in the dynamic configuration, as in temper’s docker/temporal/dynamic-config.yaml; for \`temporal server start-dev\`, add \`${flags}\`.`,
  };
}

async function timesOf(count: number, work: () => Promise<unknown>): Promise<number[]> {
  const times: number[] = [];
  for (let time = 0; time < count; time++) {
    const started = performance.now();
    await work();
    times.push(performance.now() - started);
  }
  return times;
}

const median = (values: readonly number[]) => [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)]!;
