/**
 * A run that a schedule starts has the workflow id `<schedule>-2026-11-24T02:00:00Z`: Temporal appends the scheduled time.
 * Not every file system allows colons, so temper calls the run `<schedule>-20261124-020000-utc`.
 */
const givenByTemporal = /^(.+)-(\d{4})-(\d\d)-(\d\d)T(\d\d):(\d\d):(\d\d)Z$/;
/** Other runs end with four random characters, so none of them ends with `-utc` after a time. */
const scheduled = /^(.+)-(\d{4})(\d\d)(\d\d)-(\d\d)(\d\d)(\d\d)-utc$/;

/** Returns temper's id of a run by its workflow id. */
export const runIdOf = (workflowId: string): string => workflowId.replace(givenByTemporal, '$1-$2$3$4-$5$6$7-utc');

/** Returns the workflow id of a run. */
export const workflowIdOf = (runId: string): string => runId.replace(scheduled, '$1-$2-$3-$4T$5:$6:$7Z');

/** Returns the schedule that started a run, and the scheduled time; undefined if none did. */
export function scheduledRun(runId: string): { schedule: string; at: Date } | undefined {
  const [, schedule, year, month, day, hour, minute, second] = scheduled.exec(runId) ?? [];
  if (schedule === undefined) return undefined;
  return { schedule, at: new Date(`${year}-${month}-${day}T${hour}:${minute}:${second}Z`) };
}

/** Returns the id of a pipeline that runs as a step. Names of pipelines have no dot, so `rootRunId` finds the whole run. */
export const childRunId = (runId: string, step: string): string => `${runId}.${step}`;

/** Returns the outermost run of a pipeline that may run as a step. */
export const rootRunId = (runId: string): string => runId.split('.')[0]!;
