import { join } from 'node:path';
import { DefaultLogger, NativeConnection, type NativeConnectionOptions, Runtime, Worker } from '@temporalio/worker';
import { createActivities } from '../activities/index.ts';
import { milliseconds } from '../core/run/duration.ts';
import { settingProblemWords } from '../core/words/settings.ts';
import { cacheDir, type Home, openHome, queues } from '../services/machine/home.ts';
import { packageFile } from '../services/machine/package-root.ts';
import { settleMoves } from '../services/promotion/settle-moves.ts';
import { settingProblems } from '../services/settings/settings.ts';
import { pythonFolder } from '../services/setup/prerequisites.ts';
import { readState } from '../services/stack/state.ts';
import { sweepStagings } from '../services/store/staging-folders.ts';
import { connectTemporal, temporalOptions } from '../services/temporal/connect.ts';
import { earlierQueues } from '../services/temporal/earlier-queues.ts';
import { heartbeatTimeout } from '../services/temporal/heartbeat-timeout.ts';
import { collectDeps } from './deps.ts';
import { tellWaits } from './tell-waits.ts';

export const roles = ['orchestrator', 'gpu'] as const;
export type Role = (typeof roles)[number];

/** Beside the device slot: steps that need no device, and light work on files of this host, neither waiting for the other. */
const [cpuSlots, hostSlots] = [4, 4];

/** Run as: temper worker orchestrator|gpu. Polls until SIGTERM or SIGINT, then drains. */
export async function runWorker(role: Role): Promise<void> {
  const problems = settingProblems(process.env);
  if (problems.length > 0) {
    for (const problem of problems) process.stderr.write(`${settingProblemWords(problem)}\n`);
    process.exit(2);
  }
  const home = openHome();
  const names = queues(home);
  Runtime.install({
    logger: new DefaultLogger('INFO', ({ level, timestampNanos, message, meta }) => {
      const at = new Date(Number(timestampNanos / 1_000_000n)).toISOString();
      process.stdout.write(
        `${at} ${level} ${message}${meta && Object.keys(meta).length > 0 ? ` ${JSON.stringify(meta)}` : ''}\n`,
      );
    }),
    shutdownSignals: ['SIGTERM', 'SIGINT'],
  });
  const { connectionOptions, namespace } = await temporalOptions(home);
  // The two connections share a configuration; their types differ only in how an API key may be given.
  const connection = await NativeConnection.connect(connectionOptions as NativeConnectionOptions);
  const stop = new AbortController();
  try {
    const common = {
      connection,
      namespace,
      // Cancellation must reach a training without delay, and travels only with a heartbeat's answer.
      maxHeartbeatThrottleInterval: Math.min(5_000, milliseconds(heartbeatTimeout() ?? '30s') / 3),
      // Waiting before the stop would be waiting for nothing: the trainer saves when it is told.
      shutdownGraceTime: 0,
      shutdownForceTime: '190s',
    } as const;
    const workers =
      role === 'orchestrator'
        ? [
            await Worker.create({
              ...common,
              taskQueue: names.orchestrator,
              workflowBundle: { codePath: packageFile('dist/workflows.js') },
            }),
          ]
        : await gpuWorkers(home, common);
    process.stdout.write(
      `${role} worker of home ${home.id} polls ${workers.map((worker) => worker.options.taskQueue).join(' and ')}\n`,
    );
    const sender = { runs: home.runs, secrets: home.secrets, python: await pythonOf(home) };
    void tellWaits(home, sender, stop.signal);
    await Promise.all(workers.map((worker) => worker.run()));
  } finally {
    stop.abort();
    await connection.close();
  }
}

/** The orchestrator sets up no Python: programs of notifications find the one that is there. */
const pythonOf = async (home: Home): Promise<string> =>
  (await readState(home))?.binaries.python ?? join(pythonFolder(cacheDir()), 'bin', 'python');

const tellSettled = (names: readonly string[]) =>
  names.length === 0 || process.stdout.write(`settled what a crash had left of moving ${names.join(', ')}\n`);

/** The next promotion or rollback settles it all the same. */
const tellUnsettled = (error: Error) =>
  process.stdout.write(`moves that a crash has left could not be settled: ${error.message}\n`);

/** Without an answer the runs of before an upgrade wait for the next start of this worker, and all others go on. */
async function queuesOfEarlierReleases(home: Home): Promise<string[]> {
  try {
    const temporal = await connectTemporal(home);
    return await earlierQueues(temporal, home).finally(temporal.close);
  } catch (error) {
    process.stdout.write(`queues of earlier releases are not known: ${(error as Error).message}\n`);
    return [];
  }
}

async function gpuWorkers(home: Home, common: object): Promise<Worker[]> {
  const names = queues(home);
  const deps = await collectDeps(home);
  await sweepStagings(deps.store.staging);
  void settleMoves(deps.store.root, deps.ollama.serving).then(tellSettled, tellUnsettled);
  const activities = createActivities(deps) as unknown as Record<string, (...args: never[]) => Promise<unknown>>;
  const create = (taskQueue: string, slots: number) =>
    Worker.create({ ...common, taskQueue, activities, maxConcurrentActivityTaskExecutions: slots } as Parameters<
      typeof Worker.create
    >[0]);
  const light = [names.host, ...(await queuesOfEarlierReleases(home))];
  return [
    await create(names.gpu, 1),
    await create(names.cpu, cpuSlots),
    ...(await Promise.all(light.map((name) => create(name, hostSlots)))),
  ];
}
