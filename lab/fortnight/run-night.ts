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

/** What a night did. */
export interface Outcome {
  runId: string;
  state: RunState;
  seconds: number;
  /** Digest of what the serving name stood for in the morning; undefined while it stands for nothing. */
  served: string | undefined;
  /** Step of the checkpoint from which a killed training went on. */
  resumedFrom: number | undefined;
}

/** A night that does not end within this time has failed, in milliseconds. */
const patience = 900_000;

/** Puts the rows in place, has the schedule fire, and waits for the morning. */
export async function liveThrough(stack: Stack, night: Night): Promise<Outcome> {
  await writeFile(join(stack.home.root, 'rows.jsonl'), night.rows);
  const began = Date.now();
  const workflowId = await fire(stack);
  const runId = runIdOf(workflowId);
  const killed = night.killed ? killInTraining(stack, runId) : undefined;
  await closing(stack, workflowId, patience);
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

/** Has the schedule fire as at two o'clock; answers the id of the run that Temporal started. */
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
    throw new Error('the schedule was triggered and started nothing within 30 s');
  } finally {
    await close();
  }
}

/** Kills the worker, and with it the trainer, between two checkpoints. */
async function killInTraining({ home }: Stack, runId: string): Promise<void> {
  const file = join(home.runs, runId, 'steps', 'train', 'attempts.jsonl');
  for (let waited = 0; waited < patience; waited += 50) {
    if ((await readLedger(file)).some((line) => line.event === 'checkpoint')) {
      const worker = await findService(home, 'gpu');
      if (!worker) throw new Error('there is no GPU worker to kill');
      process.kill(worker.pid, 'SIGKILL');
      return;
    }
    await delay(50);
  }
  throw new Error(`the training of ${runId} saved nothing, so its worker could not be killed`);
}

/** What the serving name stands for, by asking Ollama. */
export async function servedDigest({ home }: Stack): Promise<string | undefined> {
  const url = (await readState(home))!.addresses.ollama;
  return (await new OllamaServer(url).find(servedName))?.digest;
}

/** A command of `temper` that must end well. */
export async function say(stack: Stack, args: readonly string[]): Promise<string> {
  const { code, stdout, stderr } = await temper(args, stack.env);
  if (code !== 0) throw new Error(`temper ${args.join(' ')} ended with ${code}:\n${stdout}${stderr}`);
  return stdout;
}
