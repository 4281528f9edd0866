import { randomUUID } from 'node:crypto';
import type { Connection } from '@temporalio/client';

/** Milliseconds, medians: one step of a pipeline as this server deals it out, and one call of the server. */
export interface StepTime {
  step: number;
  call: number;
}

/** By Temporal's `CommandType`. */
const [scheduleActivity, completeWorkflow] = [1, 4];
/** By Temporal's `TaskQueueKind`. */
const normal = 1;

/** Whatever its settings, a server deals out the first forty tasks after a quiet moment at once: only the last steps count. */
const steps = 30;
const counted = 9;
const longest = 20_000;

/**
 * Measures what a server adds to each step: a workflow of some activities, answered by this process itself, which spends
 * no time on them. The server is told to delete the workflow, which takes it half a minute. Throws what the server says,
 * or that it took longer than 20 s.
 */
export async function measureStepTime(connection: Connection, namespace: string): Promise<StepTime> {
  const name = `temper-step-time-${randomUUID().slice(0, 8)}`;
  const { workflowService: service } = connection;
  const taskQueue = { name, kind: normal };
  const common = { namespace, identity: name };
  const call = median(await timesOf(5, async () => await service.getSystemInfo({})));
  return await connection.withDeadline(Date.now() + longest, async () => {
    await service.startWorkflowExecution({
      ...common,
      requestId: randomUUID(),
      workflowId: name,
      workflowType: { name: 'temper-step-time' },
      taskQueue,
      workflowExecutionTimeout: { seconds: 60 } as never,
    });
    try {
      const [times] = await Promise.all([decide(), carryOut()]);
      const between = times.slice(1).map((time, index) => time - times[index]!);
      return { step: median(between.slice(-counted)), call };
    } finally {
      await service.deleteWorkflowExecution({ namespace, workflowExecution: { workflowId: name } }).catch(() => {});
    }
  });

  /** Asks for one activity after the other; the moments at which it was asked what to do. */
  async function decide(): Promise<number[]> {
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

  async function carryOut(): Promise<void> {
    for (let done = 0; done < steps; ) {
      const { taskToken } = await service.pollActivityTaskQueue({ ...common, taskQueue });
      if (!taskToken?.length) continue;
      await service.respondActivityTaskCompleted({ ...common, taskToken });
      done++;
    }
  }
}

/** Settings by which a self-hosted server stops waiting 50 ms before each of the two tasks that a step needs. */
export const fasterSettings = ['history.transferProcessorMaxPollRPS', 'history.timerProcessorMaxPollRPS'] as const;

/** Milliseconds that the server's own defaults add to a step, less a margin. */
const slowDefault = 60;
/** Calls of the server that a step consists of, all told: the way there and back is not the server's fault. */
const callsPerStep = 4;

/** Whether steps wait for the server's defaults, in words. */
export function judgeStepTime({ step, call }: StepTime): { ok: boolean; detail: string; remedy?: string } {
  const ok = step - callsPerStep * call < slowDefault;
  const told = `${step.toFixed(0)} ms a step, ${call.toFixed(0)} ms a call`;
  if (ok) return { ok, detail: told };
  return {
    ok,
    detail: `${told}: a server with its default settings makes each step wait about 100 ms, where 10 would do`,
    remedy: `Runs work as they are. Who keeps the server makes them faster by dynamic configuration: ${fasterSettings.map((name) => `\`${name}: 10000\``).join(' and ')}, as in temper’s docker/temporal/dynamic-config.yaml; of \`temporal server start-dev\` by ${fasterSettings.map((name) => `\`--dynamic-config-value ${name}=10000\``).join(' ')}.`,
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
