import { join } from 'node:path';
import { type Client, defaultPayloadConverter } from '@temporalio/client';
import { stalledNotification } from '../../core/run/notification.ts';
import type { Plan } from '../../core/run/plan.ts';
import { runIdOf, workflowIdOf } from '../../core/run/run-id.ts';
import { isOverdue } from '../../core/words/waits.ts';
import { runPipelineType } from '../../protocol/messages.ts';
import type { RunInput } from '../../protocol/run-input.ts';
import type { Home } from '../machine/home.ts';
import { elapsed } from '../machine/report.ts';
import { writeDurably } from '../store/durable-files.ts';
import { readJsonFile } from '../store/json-file.ts';
import { openWorkflows } from '../temporal/open-workflows.ts';
import { type RunWait, snapshot, waitsNeedingAttention } from './snapshot.ts';

/** What to send by the `on_waiting` of a plan. */
export interface OverdueWait {
  plan: Plan & { on_waiting: NonNullable<Plan['on_waiting']> };
  notification: ReturnType<typeof stalledNotification>;
}

/** Gives `tell` what is overdue now and was not told yet. What `tell` rejects is given again the next time. */
export async function tellOverdueWaits(
  client: Client,
  home: Home,
  tell: (overdue: OverdueWait) => Promise<void>,
  now = Date.now(),
): Promise<void> {
  const file = join(home.services, 'told-waits.json');
  const before = (await readJsonFile<string[]>(file).catch(() => undefined)) ?? [];
  const after: string[] = [];
  for (const run of (await openWorkflows(client, home, runPipelineType)).map(runIdOf)) {
    const seen = await snapshot(client, home, run).catch(() => undefined);
    // A pipeline that runs as a step is told by itself: it has the channel of the whole run.
    const waits = seen
      ? waitsNeedingAttention({ ...seen, children: {} }).filter(({ wait }) => isOverdue(wait, now))
      : [];
    const names = waits.map((each) => nameOf(run, each));
    const isNew = names.some((name) => !before.includes(name));
    const isTold =
      !isNew ||
      (await tellOf(client, run, waits, now)
        .then((told) => told && tell(told))
        .then(yes, no));
    if (isTold) after.push(...names);
  }
  if (after.join() !== before.join()) await writeDurably(file, JSON.stringify(after));
}

const yes = () => true;
const no = (error: Error) => {
  process.stdout.write(`a notification that a run waits was not sent: ${error.message}\n`);
  return false;
};

/** A wait that ends and comes again is told again. */
const nameOf = (run: string, { step = '', wait }: RunWait) => `${run}/${step}/${wait.code}`;

/** Undefined for a run that nobody wants to hear of. */
async function tellOf(
  client: Client,
  runId: string,
  waits: readonly RunWait[],
  now: number,
): Promise<OverdueWait | undefined> {
  const { plan, startedAt } = await beginningOf(client, runId);
  const { on_waiting } = plan;
  if (!on_waiting) return undefined;
  const run = { runId, pipeline: plan.pipeline, startedAt };
  return { plan: { ...plan, on_waiting }, notification: stalledNotification(run, waits, { now, took: elapsed }) };
}

/** The plan of a run from the first event of its history: a run that has not begun has no folder. */
async function beginningOf(client: Client, runId: string): Promise<{ plan: Plan; startedAt: number }> {
  const { history } = await client.workflowService.getWorkflowExecutionHistory({
    namespace: client.options.namespace,
    execution: { workflowId: workflowIdOf(runId) },
    maximumPageSize: 1,
  });
  const event = history?.events?.[0];
  const payload = event?.workflowExecutionStartedEventAttributes?.input?.payloads?.[0];
  if (!payload) throw new Error(`the history of ${runId} has no input`);
  const { plan } = defaultPayloadConverter.fromPayload<RunInput>(payload);
  return { plan, startedAt: Number(event?.eventTime?.seconds ?? 0) * 1000 };
}
