import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { RunState } from '../../../core/run/run-state.ts';
import { type Home, openHome } from '../../../services/machine/home.ts';
import { readLedger } from '../../../services/runs/attempt-ledger.ts';
import { readState, type StackState } from '../../../services/stack/state.ts';
import { connectTemporal } from '../../../services/temporal/connect.ts';
import { temper } from '../../../test/rig/temper.ts';
import { cpuTime } from './cpu-time.ts';

/** Processes that supervise a training. Ollama runs too, but takes no part in it. */
export const supervisors = ['supervisor', 'temporal', 'orchestrator', 'gpu'] as const;
export type Supervisor = (typeof supervisors)[number];

export interface SupervisedRun {
  runId: string;
  /** The train step: verify inputs, train, publish checkpoints. Seconds, as are all values. */
  step: number;
  /** The run from its start to its end. */
  wall: number;
  trainerCpu: number;
  loop: number;
  cpu: Record<Supervisor, number>;
}

/** A stack in a separate home, with the CPU use of its processes. */
export class Supervised {
  readonly home: Home;
  readonly #env: Record<string, string>;
  #state: StackState | undefined;
  constructor(root: string) {
    this.#env = { TEMPER_HOME: root, TEMPER_OLLAMA: 'own' };
    this.home = openHome(this.#env);
  }

  async up(): Promise<void> {
    await this.#temper('up');
    this.#state = await readState(this.home);
  }

  async down(): Promise<void> {
    await temper(['down'], this.#env);
  }

  get python(): string {
    return this.#state!.binaries.python!;
  }

  pid(name: Supervisor | 'ollama'): number {
    const mark = name === 'supervisor' ? this.#state!.supervisor : this.#state!.services[name]?.process;
    if (!mark) throw new Error(`${name} is not running`);
    return mark.pid;
  }

  /** CPU seconds that each has used so far. */
  cpu(): Record<Supervisor, number> {
    return Object.fromEntries(supervisors.map((name) => [name, cpuTime(this.pid(name)).own])) as Record<
      Supervisor,
      number
    >;
  }

  async run(document: string): Promise<SupervisedRun> {
    const [cpu, trainer] = [this.cpu(), cpuTime(this.pid('gpu')).children];
    const started = await this.#temper('run', '--detach', document);
    const runId = /^\S+-\d{8}-\d{6}-\S+/m.exec(started)?.[0];
    if (!runId) throw new Error(started);
    const { client, close } = await connectTemporal(this.home, this.#env);
    const state = (await client.workflow.getHandle(runId).result()) as RunState;
    await close();
    const now = this.cpu();
    const lines = await readLedger(join(this.home.runs, runId, 'steps', 'train', 'attempts.jsonl'));
    const at = (event: string) => Date.parse(lines.find((line) => line.event === event)!.at);
    return {
      runId,
      step: (at('ended') - at('started')) / 1000,
      wall: (state.endedAt! - state.startedAt) / 1000,
      trainerCpu: cpuTime(this.pid('gpu')).children - trainer,
      loop: Number(state.steps.train!.outputs!.seconds),
      cpu: Object.fromEntries(supervisors.map((name) => [name, now[name] - cpu[name]])) as SupervisedRun['cpu'],
    };
  }

  /** The trainer's job of a run. */
  async job(runId: string): Promise<Record<string, unknown>> {
    return JSON.parse(
      await readFile(join(this.home.runs, runId, 'steps', 'train', 'train.job.json'), 'utf8'),
    ) as Record<string, unknown>;
  }

  async #temper(...args: string[]): Promise<string> {
    const { code, stdout, stderr } = await temper(args, this.#env);
    if (code !== 0) throw new Error(`temper ${args[0]} ended with ${code}:\n${stdout}${stderr}`);
    return stdout;
  }
}
