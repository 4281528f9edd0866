import { readdir } from 'node:fs/promises';
import { Context } from '@temporalio/activity';
import { scheduledRun } from '../../core/run/run-id.ts';
import type { RunState } from '../../core/run/run-state.ts';
import type { PauseScheduleInput } from '../../protocol/activities.ts';
import { writeDurably } from '../../services/store/durable-files.ts';
import { readJsonFile } from '../../services/store/json-file.ts';
import { type Deps, runFolder } from '../engine/deps.ts';

const markOf = (deps: Deps, runId: string) => `${runFolder(deps, runId)}/paused-schedule.json`;

/** The last activity of a scheduled run that has failed. Somebody who resumes the schedule begins the count anew. */
export const pauseSchedule =
  (deps: Deps) =>
  async ({ runId, schedule, pauseOnFailure }: PauseScheduleInput): Promise<boolean> => {
    const failed = await failedInARow(deps, schedule, runId);
    if (failed.length < pauseOnFailure) return false;
    const note = `paused by temper: ${failed.length} runs in a row failed, the last ${runId}`;
    await Context.current().client.schedule.getHandle(schedule).pause(note);
    await writeDurably(markOf(deps, runId), `${JSON.stringify({ schedule, failed })}\n`);
    return true;
  };

/** Newest first, back to the last success or to the run after which the schedule was paused before. */
async function failedInARow(deps: Deps, schedule: string, runId: string): Promise<string[]> {
  const names = await readdir(deps.runs);
  const own = names.filter((name) => scheduledRun(name)?.schedule === schedule);
  const records = await Promise.all(own.map((name) => readJsonFile<RunState>(`${runFolder(deps, name)}/run.json`)));
  const closed = records.filter((record) => record !== undefined).sort((a, b) => b.startedAt - a.startedAt);
  const failed: string[] = [];
  for (const { runId: each, status } of closed) {
    if (status === 'succeeded') break;
    // A retry of this activity finds the mark of the attempt before.
    if (each !== runId && (await readJsonFile(markOf(deps, each)))) break;
    // Somebody who cancels a run has a reason of their own, which is no failure and no success.
    if (status === 'failed') failed.push(each);
  }
  return failed;
}
