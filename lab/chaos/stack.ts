import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { type Home, openHome } from '../../services/machine/home.ts';
import { connectTemporal } from '../../services/temporal/connect.ts';
import { temper } from '../../test/rig/temper.ts';
import { document, questions, rows } from './document.ts';
import { processesBelow } from './processes.ts';

/** Heartbeat timeout of these runs; users have 30 s. */
export const heartbeat = '5s';

/** A separate home with every service that `temper up` starts. */
export interface Stack {
  home: Home;
  env: Record<string, string>;
}

const open = new Set<Stack>();

/** Stops the stacks of an interrupted batch. */
export const stopAll = async (): Promise<unknown> => await Promise.allSettled([...open].map(stopStack));

export async function makeStack(root: string): Promise<Stack> {
  await mkdir(root, { recursive: true });
  const env = {
    TEMPER_HOME: root,
    TEMPER_OLLAMA: 'own',
    TEMPER_HEARTBEAT_TIMEOUT: heartbeat,
    TEMPORAL_ADDRESS: '',
    TEMPORAL_PROFILE: '',
    OLLAMA_HOST: '',
    // Equal for all runs, and no more threads than cores.
    OMP_NUM_THREADS: '1',
  };
  const stack = { home: openHome(env), env };
  open.add(stack);
  return stack;
}

/** Starts the document with `temper run`, without reuse; this also starts the stack. */
export async function startRun(stack: Stack, inputs: string): Promise<string> {
  const file = join(inputs, 'chaos.yaml');
  const { code, stdout, stderr } = await temper(['run', '--detach', '--no-reuse', file], stack.env);
  const runId = /^chaos-\d{8}-\S+/m.exec(stdout)?.[0];
  if (code !== 0 || !runId) throw new Error(`temper run ended with ${code}:\n${stdout}${stderr}`);
  return runId;
}

/** Waits until Temporal has closed the run, and returns the status. */
export async function closing(stack: Stack, runId: string, patienceMs: number): Promise<string> {
  const limit = Date.now() + patienceMs;
  let last = 'nothing';
  while (Date.now() < limit) {
    try {
      const { client, close } = await connectTemporal(stack.home, {});
      try {
        const { status } = await client.workflow.getHandle(runId).describe();
        if (status.name !== 'RUNNING') return status.name;
        last = status.name;
      } finally {
        await close();
      }
    } catch (error) {
      last = (error as Error).message; // the server may be restarting
    }
    await delay(200);
  }
  return `still open after ${patienceMs / 1000} s (${last})`;
}

/** Stops all services of a home. Returns the processes that are still running. */
export async function stopStack(stack: Stack): Promise<string[]> {
  const { home, env } = stack;
  const { code, stdout, stderr } = await temper(['down'], env);
  if (code !== 0) throw new Error(`temper down ended with ${code}:\n${stdout}${stderr}`);
  open.delete(stack);
  return processesBelow(home.root).map(({ mark, args }) => `${mark.pid} ${args.join(' ')}`);
}

/** Writes the document and the files it names. */
export async function writeInputs(folder: string): Promise<void> {
  await mkdir(folder, { recursive: true });
  await writeFile(join(folder, 'chaos.yaml'), document);
  await writeFile(join(folder, 'rows.jsonl'), rows);
  await writeFile(join(folder, 'questions.jsonl'), questions);
}
