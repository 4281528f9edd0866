import { spawn } from 'node:child_process';
import { closeSync } from 'node:fs';
import { setTimeout as delay } from 'node:timers/promises';
import { markOf, type ProcessMark } from '../machine/process-mark.ts';
import { lastLines, openLog } from './log-file.ts';
import { endProcess, killGroup } from './process-group.ts';
import type { ServiceState } from './state.ts';

export interface Launch {
  program: string;
  args: readonly string[];
  env: Readonly<Record<string, string | undefined>>;
  address?: string;
}

export interface ServiceSpec {
  name: string;
  log: string;
  version?: string;
  cwd: string;
  /** Milliseconds until it must answer. */
  startLimit: number;
  stopGrace: number;
  /** What to start; asked before each start, since a port may have been taken meanwhile. */
  launch: () => Promise<Launch>;
  /** Whether this process answers by now. Called until it does; it may throw for "not yet". */
  answers: (pid: number) => Promise<boolean>;
}

interface FirstAnswer {
  resolve: () => void;
  reject: (reason: Error) => void;
}

/** Starts that fail in a row, with none that ever answered, until bringing it up is given up. */
const givenUpAfter = 4;
const firstPause = 500;
const maxPauseMs = 30_000;
/** Milliseconds of service after which an end is a new trouble and no part of the last one. */
const steady = 60_000;

/** One process that is started again, after growing pauses, whenever it ends by itself. */
export class Service {
  readonly state: ServiceState;
  /** Settles when it answers for the first time, or is given up. */
  readonly ready: Promise<void>;
  #spec: ServiceSpec;
  #changed: () => void;
  #stopping = new AbortController();
  #mark: ProcessMark | undefined;
  #loop: Promise<void> | undefined;
  #firstAnswer: FirstAnswer;

  constructor(spec: ServiceSpec, changed: () => void) {
    this.#spec = spec;
    this.#changed = changed;
    this.state = { status: 'starting', log: spec.log, restarts: 0, ...(spec.version ? { version: spec.version } : {}) };
    let settle!: FirstAnswer;
    this.ready = new Promise<void>((resolve, reject) => {
      settle = { resolve, reject };
    });
    this.ready.catch(() => {}); // whoever waits for it hears of it
    this.#firstAnswer = settle;
  }

  start(): Promise<void> {
    this.#loop ??= this.#keepRunning();
    return this.ready;
  }

  async stop(): Promise<void> {
    this.#stopping.abort();
    if (this.#mark) {
      this.#set({ status: 'stopping' });
      await endProcess(this.#mark, this.#spec.stopGrace);
    }
    await this.#loop;
    this.#set({ status: 'stopped' });
  }

  /** Ends the present process; the next one asks anew what to start. */
  restart(): void {
    if (this.#mark && !this.#stopping.signal.aborted) void endProcess(this.#mark, this.#spec.stopGrace);
  }

  async #keepRunning(): Promise<void> {
    let answered = false;
    for (let failures = 0; !this.#stopping.signal.aborted; ) {
      const started = Date.now();
      const { end, wasReady } = await this.#runOnce().catch((error: Error) => ({
        end: error.message,
        wasReady: false,
      }));
      if (this.#stopping.signal.aborted) break;
      if (wasReady) answered = true;
      failures = Date.now() - started > steady ? 1 : failures + 1;
      if (!answered && failures >= givenUpAfter) {
        this.#set({ status: 'stopped', lastEnd: end });
        this.#firstAnswer.reject(
          new Error(
            `${this.#spec.name} ${end}. The end of its log, ${this.#spec.log}:\n${lastLines(this.#spec.log).replace(/^/gm, '    ')}`,
          ),
        );
        return;
      }
      const pause = Math.min(maxPauseMs, firstPause * 2 ** (failures - 1));
      this.state.restarts++;
      this.#set({ status: 'waiting', lastEnd: end });
      console.log(`${new Date().toISOString()} ${this.#spec.name} ${end}; started again in ${pause / 1000} s`);
      await delay(pause, undefined, { signal: this.#stopping.signal }).catch(() => {});
    }
    this.#firstAnswer.reject(new Error(`${this.#spec.name} was stopped`));
  }

  /** One life of the process. */
  async #runOnce(): Promise<{ end: string; wasReady: boolean }> {
    const { program, args, env, address } = await this.#spec.launch();
    this.#stopping.signal.throwIfAborted();
    const log = openLog(this.#spec.log);
    const child = spawn(program, args, {
      cwd: this.#spec.cwd,
      env: env as NodeJS.ProcessEnv,
      detached: true,
      stdio: ['ignore', log, log],
    });
    closeSync(log);
    const ended = new Promise<string>((resolve) => {
      child.once('error', (error) => resolve(`could not be started: ${error.message}`));
      child.once('exit', (code, signal) => resolve(signal ? `was killed by ${signal}` : `exited with ${code}`));
    });
    this.#mark = child.pid === undefined ? undefined : markOf(child.pid);
    this.#set({ status: 'starting', ...(this.#mark ? { process: this.#mark } : {}), ...(address ? { address } : {}) });
    let over = false;
    void ended.then(() => {
      over = true;
    });
    let wasReady = false;
    const limit = Date.now() + this.#spec.startLimit;
    while (!over && !this.#stopping.signal.aborted) {
      if (child.pid !== undefined && (await this.#spec.answers(child.pid).catch(() => false)) && !over) {
        wasReady = true;
        this.#set({ status: 'running', since: Date.now() });
        this.#firstAnswer.resolve();
        break;
      }
      if (Date.now() > limit) {
        if (this.#mark) await endProcess(this.#mark, this.#spec.stopGrace);
        await ended;
        this.#mark = undefined;
        return { end: `did not answer within ${this.#spec.startLimit / 1000} s`, wasReady };
      }
      await Promise.race([ended, delay(50)]);
    }
    const end = await ended;
    if (this.#mark) killGroup(this.#mark);
    this.#mark = undefined;
    return { end, wasReady };
  }

  #set(change: Partial<ServiceState>): void {
    Object.assign(this.state, change);
    if (change.status === 'waiting' || change.status === 'stopped') delete this.state.process;
    if (change.status !== undefined && change.status !== 'running') delete this.state.since;
    this.#changed();
  }
}
