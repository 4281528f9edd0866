/**
 * A run that a schedule starts has the workflow id `<schedule>-2026-11-24T02:00:00Z`: Temporal appends the moment it
 * stands for. Colons are no part of a folder's name everywhere, so temper itself calls it `<schedule>-20261124-020000-utc`.
 */
const givenByTemporal = /^(.+)-(\d{4})-(\d\d)-(\d\d)T(\d\d):(\d\d):(\d\d)Z$/;
/** The random end of other runs has four characters. */
const scheduled = /^(.+)-(\d{4})(\d\d)(\d\d)-(\d\d)(\d\d)(\d\d)-utc$/;

/** The id by which temper knows the run of a workflow id. */
export const runIdOf = (workflowId: string): string => workflowId.replace(givenByTemporal, '$1-$2$3$4-$5$6$7-utc');

/** The id by which Temporal knows a run. */
export const workflowIdOf = (runId: string): string => runId.replace(scheduled, '$1-$2-$3-$4T$5:$6:$7Z');

/** Which schedule started a run, and for which moment; undefined for a run that no schedule started. */
export function scheduledRun(runId: string): { schedule: string; at: Date } | undefined {
  const [, schedule, year, month, day, hour, minute, second] = scheduled.exec(runId) ?? [];
  if (schedule === undefined) return undefined;
  return { schedule, at: new Date(`${year}-${month}-${day}T${hour}:${minute}:${second}Z`) };
}

/** The id of a pipeline that runs as a step. Names of pipelines have no dot, so that the run it belongs to can be told from it. */
export const childRunId = (runId: string, step: string): string => `${runId}.${step}`;

/** The run that a person has started, of one that may run as a step of it. */
export const rootRunId = (runId: string): string => runId.split('.')[0]!;
