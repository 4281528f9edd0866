// Healthy means that Temporal saw this container's worker ask for work in the last two minutes: a process that hangs, or
// that lost its server, is alive but of no use.
// Run as: node docker/worker-health.mjs orchestrator|gpu
import { readFileSync } from 'node:fs';
import { hostname } from 'node:os';
import { join } from 'node:path';
import { Client, Connection } from '@temporalio/client';

const { TEMPORAL_ADDRESS, TEMPORAL_NAMESPACE = 'temper', TEMPER_HOME } = process.env;
const workflow = 1;
const activity = 2;
// The device's own queue has one slot, and no worker asks for more work in the middle of a training; the queue for light
// work on this host always has one free.
const id = readFileSync(join(TEMPER_HOME, 'id'), 'utf8').trim();
const [name, taskQueueType] =
  process.argv[2] === 'orchestrator' ? [`temper-${id}-orchestrator`, workflow] : [`temper-${id}-host`, activity];

const connection = await Connection.connect({ address: TEMPORAL_ADDRESS, connectTimeout: '5s' });
const { pollers } = await new Client({ connection }).workflowService.describeTaskQueue({
  namespace: TEMPORAL_NAMESPACE,
  taskQueue: { name },
  taskQueueType,
});
await connection.close();
const seconds = Date.now() / 1000;
const fresh = pollers.filter(
  ({ identity, lastAccessTime }) =>
    identity.endsWith(`@${hostname()}`) && seconds - Number(lastAccessTime?.seconds ?? 0) < 120,
);
if (fresh.length === 0) {
  process.stderr.write(`no worker of ${hostname()} has asked for work on ${name} for two minutes\n`);
  process.exit(1);
}
