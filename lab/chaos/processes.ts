import { readdirSync, readFileSync, readlinkSync } from 'node:fs';
import { sep } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import type { Home } from '../../services/machine/home.ts';
import { isAlive, markOf, type ProcessMark } from '../../services/machine/process-mark.ts';
import { readState } from '../../services/stack/state.ts';
import type { FaultKind } from './faults.ts';

const services = { worker: 'gpu', orchestrator: 'orchestrator', server: 'temporal', ollama: 'ollama' } as const;

/** Name of the service that a fault of this kind hits; undefined for a trainer. */
export const serviceOf = (kind: FaultKind): string | undefined =>
  kind === 'trainer' || kind === 'save' ? undefined : services[kind];

/** The running trainer of a run, if there is one. */
export const findTrainer = (runFolder: string): ProcessMark | undefined =>
  processesBelow(runFolder).find(({ args }) => args.some((arg, index) => arg === '-m' && args[index + 1] === 'trainer'))
    ?.mark;

/** The process in which Ollama runs a model, if one is loaded. */
export const findRunner = (home: Home): ProcessMark | undefined =>
  processesBelow(home.root).find(({ args }) => args[0]?.endsWith('ollama') && args[1] === 'runner')?.mark;

/** The process of a service, if it lives. */
export async function findService(home: Home, service: string): Promise<ProcessMark | undefined> {
  const mark = (await readState(home))?.services[service]?.process;
  return mark && isAlive(mark) ? mark : undefined;
}

/** The process of a service once it answers, if it is not the killed one. */
export async function successorOf(home: Home, service: string, killed: ProcessMark): Promise<ProcessMark | undefined> {
  const now = (await readState(home))?.services[service];
  if (now?.status !== 'running' || !now.process || !isAlive(now.process)) return undefined;
  return now.process.pid === killed.pid && now.process.start === killed.start ? undefined : now.process;
}

interface SeenProcess {
  mark: ProcessMark;
  args: string[];
}

/** Processes whose working folder is this one or below it, from /proc. */
export function processesBelow(folder: string): SeenProcess[] {
  return readdirSync('/proc').flatMap((name) => {
    if (!/^\d+$/.test(name)) return [];
    try {
      const cwd = readlinkSync(`/proc/${name}/cwd`);
      if (cwd !== folder && !cwd.startsWith(folder + sep)) return [];
      const args = readFileSync(`/proc/${name}/cmdline`, 'utf8').split('\0');
      const mark = markOf(Number(name));
      return mark ? [{ mark, args }] : [];
    } catch {
      return []; // ended meanwhile, or of another user
    }
  });
}

/** Waits for the end of a process. Returns the milliseconds until then; undefined if it outlives `patienceMs`. */
export async function gone(mark: ProcessMark, patienceMs: number): Promise<number | undefined> {
  const began = Date.now();
  while (isAlive(mark)) {
    if (Date.now() - began > patienceMs) return undefined;
    await delay(5);
  }
  return Date.now() - began;
}
