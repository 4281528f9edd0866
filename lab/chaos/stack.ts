import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { type Home, openHome } from '../../services/machine/home.ts';
import { connectTemporal } from '../../services/temporal/connect.ts';
import { temper } from '../../test/rig/temper.ts';
import { document, questions, rows } from './document.ts';
import { processesBelow } from './processes.ts';

/** How long a worker may stay silent in these runs; users have 30 s. */
export const heartbeat = '5s';

/** A home of its own, with every service that `temper up` brings. */
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
    // Threads that outnumber the cores wait for each other; and one thread is what every run shall have.
    OMP_NUM_THREADS: '1',
  };
  const stack = { home: openHome(env), env };
  open.add(stack);
  return stack;
}

/** Starts the document as a person would, with nothing reused; the stack comes up on the way. */
export async function startRun(stack: Stack, inputs: string): Promise<string> {
  const file = join(inputs, 'chaos.yaml');
  const { code, stdout, stderr } = await temper(['run', '--detach', '--no-reuse', file], stack.env);
  const runId = /^chaos-\d{8}-\S+/m.exec(stdout)?.[0];
  if (code !== 0 || !runId) throw new Error(`temper run ended with ${code}:\n${stdout}${stderr}`);
  return runId;
}

/** How Temporal says that a run ended; waits until it says so. */
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
      last = (error as Error).message; // a server that starts again
    }
    await delay(200);
  }
  return `still open after ${patienceMs / 1000} s (${last})`;
}

/** Stops everything of a home. Answers what outlived it. */
export async function stopStack(stack: Stack): Promise<string[]> {
  const { home, env } = stack;
  const { code, stdout, stderr } = await temper(['down'], env);
  if (code !== 0) throw new Error(`temper down ended with ${code}:\n${stdout}${stderr}`);
  open.delete(stack);
  return processesBelow(home.root).map(({ mark, args }) => `${mark.pid} ${args.join(' ')}`);
}

/** What all runs read: the document and the files it names. */
export async function writeInputs(folder: string): Promise<void> {
  await mkdir(folder, { recursive: true });
  await writeFile(join(folder, 'chaos.yaml'), document);
  await writeFile(join(folder, 'rows.jsonl'), rows);
  await writeFile(join(folder, 'questions.jsonl'), questions);
}
