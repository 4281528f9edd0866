import { mkdirSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import type { Home } from '../machine/home.ts';
import { isAlive, type ProcessMark } from '../machine/process-mark.ts';
import type { KeptSettings } from '../settings/since-up.ts';

/** `starting`: its process runs but does not answer yet. `waiting`: it died and is started again after a pause. */
export type ServiceStatus = 'starting' | 'running' | 'waiting' | 'stopping' | 'stopped';

export interface ServiceState {
  status: ServiceStatus;
  process?: ProcessMark;
  /** Where it listens, for people. */
  address?: string;
  version?: string;
  log: string;
  /** How often it was started again since the stack came up. */
  restarts: number;
  /** Milliseconds since the epoch at which it last began to answer. */
  since?: number;
  /** How its last process ended, in words. */
  lastEnd?: string;
}

export interface StackState {
  supervisor: ProcessMark;
  phase: 'starting' | 'ready' | 'stopping' | 'failed';
  /** Why the phase is `failed`, with the last lines of the service's log. */
  failure?: string;
  /** The code the workers run: differs from the present one after an upgrade of temper. */
  codeVersion: string;
  /** What `up` should tell: a server that was passed over, and why. */
  notes: string[];
  /** What the services read from the environment when they began; absent in the state of an earlier version. */
  settings?: KeptSettings;
  services: Record<string, ServiceState>;
  temporal: TemporalState;
  addresses: {
    /** `host:port` of the gRPC front end. */
    temporal: string;
    /** Base URL of Temporal's web pages; absent for somebody's own server, whose pages nobody told us of. */
    temporalUi?: string;
    /** Base URL of the Ollama that people talk to. */
    ollama: string;
    /** Base URL of temper's own Ollama, whose store lies in the home. Often the same. */
    ollamaOwn: string;
  };
  /** Programs as they are called: paths, never names that depend on PATH. */
  binaries: { temporal?: string; ollama?: string; python?: string };
}

export interface TemporalState {
  own: boolean;
  namespace: string;
  /** Of somebody's own server that a profile names: which profile in which file. Secrets stay in that file. */
  profile?: string;
  configFile?: string;
}

/** The state the supervisor wrote last, whether or not anything of it still runs; `stackState` asks that. */
export async function readState(home: Pick<Home, 'stateFile'>): Promise<StackState | undefined> {
  try {
    return JSON.parse(await readFile(home.stateFile, 'utf8')) as StackState;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    // Only a hand or a broken disk makes it unreadable: the supervisor writes aside and renames.
    throw new Error(
      `${home.stateFile} cannot be read (${(error as Error).message}); move it away and run \`npx temper up\``,
    );
  }
}

/** The state of a stack whose supervisor lives, else undefined. */
export async function stackState(home: Pick<Home, 'stateFile'>): Promise<StackState | undefined> {
  const state = await readState(home);
  return state && isAlive(state.supervisor) ? state : undefined;
}

/** Synchronous, so that no process is started without its pid being on disk a moment later. */
export function writeState(home: Pick<Home, 'stateFile'>, state: StackState): void {
  mkdirSync(dirname(home.stateFile), { recursive: true, mode: 0o700 });
  const aside = `${home.stateFile}.${process.pid}`;
  writeFileSync(aside, `${JSON.stringify(state, null, 2)}\n`, { mode: 0o600 });
  renameSync(aside, home.stateFile);
}

export function removeState(home: Pick<Home, 'stateFile'>): void {
  rmSync(home.stateFile, { force: true });
}
