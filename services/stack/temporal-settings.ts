import { existsSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';

/** Temporal's dynamic configuration, by key. */
export type Settings = Readonly<Record<string, string | number | boolean>>;

/**
 * Ten times faster for a chain of steps: by default the server hands out twenty tasks a second to a shard, and a step
 * needs two. The compose file has the same.
 */
export const quick: Settings = {
  'history.transferProcessorMaxPollRPS': 10_000,
  'history.timerProcessorMaxPollRPS': 10_000,
  'system.enableActivityEagerExecution': true,
};

/**
 * Half of what the server takes while a training needs nothing of it. By default its own chores hold more than fifty long
 * polls open, all renewed in the same second of each minute; it reads its namespaces every two seconds, though nobody else
 * makes any; and it writes down each minute how far each queue has come, which after a crash only saves looking again.
 */
const frugal: Settings = {
  'worker.ScannerMaxConcurrentActivityTaskPollers': 1,
  'worker.ScannerMaxConcurrentWorkflowTaskPollers': 2,
  'worker.ParentCloseMaxConcurrentActivityTaskPollers': 1,
  'worker.ParentCloseMaxConcurrentWorkflowTaskPollers': 2,
  'system.namespaceCacheRefreshInterval': '10s',
  'matching.updateAckInterval': '5m',
};

/** What the server has by itself. */
const usualPartitions = 4;

/**
 * Dynamic configuration of temper's own Temporal on the store `db`, called before it is started. One partition for a task
 * queue is plenty for the workers of a home, and each costs a lease. A store made with more may hold a task in any of them:
 * there new tasks go to the first, and all go on being read.
 */
export function temporalSettings(db: string): Settings {
  const mark = join(dirname(db), 'one-partition');
  if (!existsSync(db)) writeFileSync(mark, '');
  return {
    ...quick,
    ...frugal,
    'matching.numTaskqueueWritePartitions': 1,
    'matching.numTaskqueueReadPartitions': existsSync(mark) ? 1 : usualPartitions,
  };
}

/** As `temporal server start-dev` wants them: values are JSON. */
export const settingFlags = (settings: Settings): string[] =>
  Object.entries(settings).flatMap(([key, value]) => ['--dynamic-config-value', `${key}=${JSON.stringify(value)}`]);
