import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { readRecord } from '../../cli/runs/known-runs.ts';
import { runIdOf } from '../../core/run/run-id.ts';
import type { RunState } from '../../core/run/run-state.ts';
import { OllamaServer } from '../../services/ollama/server.ts';
import { readLedger } from '../../services/runs/attempt-ledger.ts';
import { readState } from '../../services/stack/state.ts';
import { connectTemporal } from '../../services/temporal/connect.ts';
import { temper } from '../../test/rig/temper.ts';
import { findService } from '../chaos/processes.ts';
import { closing, type Stack } from '../chaos/stack.ts';
import { servedName } from './document.ts';
import type { Night } from './nights.ts';

/** The outcome of a night. */
export interface Outcome {
  runId: string;
  state: RunState;
  seconds: number;
  /** Digest of the model that the serving name points to in the morning; undefined if there is none. */
  served: string | undefined;
  /** Step of the checkpoint from which a killed training resumed. */
  resumedFrom: number | undefined;
}

/** A night that takes longer has failed. */
const maxNightMs = 900_000;

/** Writes the rows, fires the schedule, and waits for the end of the run. */
export async function liveThrough(stack: Stack, night: Night): Promise<Outcome> {
  await writeFile(join(stack.home.root, 'rows.jsonl'), night.rows);
  const began = Date.now();
  const workflowId = await fire(stack);
  const runId = runIdOf(workflowId);
  const killed = night.killed ? killInTraining(stack, runId) : undefined;
  await closing(stack, workflowId, maxNightMs);
  await killed;
  const state = await readRecord(stack.home.runs, runId);
  if (!state) throw new Error(`${runId} has closed and left no record`);
  const ledger = await readLedger(join(stack.home.runs, runId, 'steps', 'train', 'attempts.jsonl'));
  const resumed = ledger.find((line) => line.event === 'resumed');
  return {
    runId,
    state,
    seconds: (Date.now() - began) / 1000,
    served: await servedDigest(stack),
    resumedFrom: resumed?.event === 'resumed' ? resumed.fromStep : undefined,
  };
}

/** Triggers the schedule. Returns the id of the run that Temporal started. */
async function fire(stack: Stack): Promise<string> {
  const { client, close } = await connectTemporal(stack.home, {});
  try {
    const handle = client.schedule.getHandle('fortnight');
    const started = async () => (await handle.describe()).info.recentActions.at(-1)?.action.workflow.workflowId;
    const before = await started();
    await say(stack, ['schedule', 'trigger', 'fortnight']);
    for (let waited = 0; waited < 30_000; waited += 100) {
      const now = await started();
      if (now !== undefined && now !== before) return now;
      await delay(100);
    }
    throw new Error('the triggered schedule started no run within 30 s');
  } finally {
    await close();
  }
}

/** Kills the worker, and with it the trainer, after the first checkpoint. */
async function killInTraining({ home }: Stack, runId: string): Promise<void> {
  const file = join(home.runs, runId, 'steps', 'train', 'attempts.jsonl');
  for (let waited = 0; waited < maxNightMs; waited += 50) {
    if ((await readLedger(file)).some((line) => line.event === 'checkpoint')) {
      const worker = await findService(home, 'gpu');
      if (!worker) throw new Error('there is no GPU worker to kill');
      process.kill(worker.pid, 'SIGKILL');
      return;
    }
    await delay(50);
  }
  throw new Error(`the training of ${runId} saved no checkpoint, so its worker was not killed`);
}

/** Digest of the model that the serving name points to in Ollama. */
export async function servedDigest({ home }: Stack): Promise<string | undefined> {
  const url = (await readState(home))!.addresses.ollama;
  return (await new OllamaServer(url).find(servedName))?.digest;
}

/** Runs a command of `temper`. Throws if its exit code is not 0. */
export async function say(stack: Stack, args: readonly string[]): Promise<string> {
  const { code, stdout, stderr } = await temper(args, stack.env);
  if (code !== 0) throw new Error(`temper ${args.join(' ')} ended with ${code}:\n${stdout}${stderr}`);
  return stdout;
}
