import { type Client, defaultPayloadConverter, WorkflowNotFoundError } from '@temporalio/client';
import logUpdate from 'log-update';
import type { Progress } from '../core/progress.ts';
import type { RunState } from '../core/run-state.ts';
import { endLine, failures, type Pending, pinLines, progressText, stepLine, stepWidth } from './render.ts';

/** How a run stands: the workflow's own state, and what Temporal knows of activities under way. */
export interface Snapshot {
  state: RunState | undefined;
  pending: Readonly<Record<string, Pending>>;
  closed: boolean;
  status: string;
}

export async function snapshot(client: Client, runId: string): Promise<Snapshot> {
  const handle = client.workflow.getHandle(runId);
  const description = await handle.describe();
  const pending = Object.fromEntries(
    (description.raw.pendingActivities ?? []).map((activity) => {
      const [details] = activity.heartbeatDetails?.payloads ?? [];
      const progress = details ? (defaultPayloadConverter.fromPayload(details) as Progress | undefined) : undefined;
      const next = activity.nextAttemptScheduleTime;
      const seen: Pending = {
        attempt: activity.attempt ?? 1,
        scheduled: activity.state !== 2, // PENDING_ACTIVITY_STATE_STARTED
        ...(progress ? { progress } : {}),
        ...(activity.lastFailure?.message ? { lastFailure: activity.lastFailure.message } : {}),
        ...(next?.seconds ? { nextAttemptAt: Number(next.seconds) * 1000 } : {}),
      };
      return [activity.activityId ?? '', seen];
    }),
  );
  // The state comes from a worker; without one the rest is still worth showing.
  const state = await Promise.race([
    handle.query<RunState>('state').catch(() => undefined),
    new Promise<undefined>((resolve) => setTimeout(resolve, 3_000, undefined).unref()),
  ]);
  return { state, pending, closed: description.status.name !== 'RUNNING', status: description.status.name };
}

export type Ending = RunState | 'detached';

const pollEvery = 400;

/** Shows a run until it closes, or until Ctrl-C, which leaves it running. */
export async function follow(
  client: Client,
  runId: string,
  record: () => Promise<RunState | undefined> = async () => undefined,
): Promise<Ending> {
  const live = process.stdout.isTTY === true;
  const printed = new Map<string, string>();
  let detached = false;
  let wake = () => {};
  const interrupt = () => {
    detached = true;
    wake();
  };
  // Not `once`: a listener that is gone when the cursor's restorer looks makes that one end the process.
  process.on('SIGINT', interrupt);
  try {
    for (;;) {
      const seen = await snapshot(client, runId).catch((error: unknown) => {
        if (error instanceof WorkflowNotFoundError) throw error;
        return undefined; // the server restarts; the run goes on
      });
      if (seen?.state) {
        if (live) logUpdate(lines(seen).join('\n'));
        else printChanges(seen, printed);
      }
      if (seen?.closed && seen.state) {
        if (live) logUpdate.done();
        return seen.state.status === 'running' ? { ...seen.state, status: closedAs(seen.status) } : seen.state;
      }
      if (seen?.closed && !seen.state) {
        // No worker answers for it any more; the record it left does.
        const left = await record();
        if (left) return left;
      }
      if (detached) {
        if (live) logUpdate.done();
        return 'detached';
      }
      await new Promise<void>((resolve) => {
        const timer = setTimeout(resolve, pollEvery);
        wake = () => {
          clearTimeout(timer);
          resolve();
        };
      });
    }
  } finally {
    process.removeListener('SIGINT', interrupt);
  }
}

/** A terminated run never said how it ended. */
const closedAs = (status: string): RunState['status'] =>
  status === 'COMPLETED' ? 'succeeded' : status === 'FAILED' || status === 'TIMED_OUT' ? 'failed' : 'cancelled';

function lines({ state, pending }: Snapshot): string[] {
  const width = stepWidth(state!);
  const columns = process.stdout.columns || 120;
  return [
    ...pinLines(pending.pin, Date.now(), width),
    ...Object.entries(state!.steps).map(([id, step]) => stepLine(id, step, pending[id], Date.now(), width)),
  ].map((line) => cut(line, columns));
}

/** Cuts at the terminal's width without counting colours. */
function cut(line: string, columns: number): string {
  let seen = 0;
  let at = 0;
  while (at < line.length && seen < columns - 1) {
    const color = /^\u001b\[[0-9;]*m/.exec(line.slice(at));
    if (color) at += color[0].length;
    else {
      at++;
      seen++;
    }
  }
  return at < line.length ? `${line.slice(0, at)}\u001b[0m` : line;
}

/** One plain line for each change: for files and pipes. */
function printChanges({ state, pending }: Snapshot, printed: Map<string, string>): void {
  const width = stepWidth(state!);
  const reason = pending.pin?.lastFailure;
  if (reason && printed.get('') !== reason) {
    printed.set('', reason);
    for (const line of pinLines(pending.pin, Date.now(), width)) process.stdout.write(`${line}\n`);
  }
  for (const [id, step] of Object.entries(state!.steps)) {
    const progress = pending[id]?.progress;
    const mark = step.state === 'running' ? `running ${pending[id]?.attempt ?? ''} ${milestone(progress)}` : step.state;
    if (step.state === 'waiting' || printed.get(id) === mark) continue;
    printed.set(id, mark);
    if (step.state === 'running' && !pending[id]) continue;
    process.stdout.write(`${stepLine(id, step, pending[id], Date.now(), width)}\n`);
  }
}

/** In a log a training is told in tenths. */
function milestone(progress: Progress | undefined): string {
  if (!progress) return '';
  if (progress.step === undefined || !progress.max_steps)
    return progress.fraction === undefined ? progressText(progress) : String(Math.floor(progress.fraction * 4));
  return String(Math.floor((10 * progress.step) / progress.max_steps));
}

export function endText(state: RunState): string {
  return [...failures(state), '', endLine(state)].join('\n');
}
