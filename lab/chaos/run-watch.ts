import { existsSync } from 'node:fs';
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { failuresWithoutProgress, type LedgerLine } from '../../core/run/attempts.ts';
import type { Home } from '../../services/machine/home.ts';
import { readLedger } from '../../services/runs/attempt-ledger.ts';
import { type LoggedAttempt, TrainingLog } from './training-log.ts';
import { until } from './until.ts';

/** Where a run is, as its files tell. */
export interface Position {
  /** The step that runs; `pin` and `record` before and after all steps, `between` two of them. */
  step: string;
  /** Attempt of that step, 0 where none runs. */
  attempt: number;
  /** Of the training: `loading`, `training`, `saving`. Of other steps: `running`. */
  phase: string;
  /** Last training step that the log tells of. */
  trainingStep: number | undefined;
  /** Training steps done since the trainer last started. */
  trained: number;
  /** How often a trainer was started; one that stopped on request goes on under the same number of attempt. */
  stretch: number;
}

export const placeOf = ({ step, phase, trainingStep }: Position): string =>
  `${step}${phase ? `, ${phase}` : ''}${trainingStep === undefined ? '' : `, step ${trainingStep}`}`;

/** Reads a run's own files: what a person would look at who wants to know where it is. */
export class RunWatch {
  readonly folder: string;
  readonly log: TrainingLog;
  readonly checkpoints: string;

  constructor(home: Home, runId: string) {
    this.folder = join(home.runs, runId);
    this.log = new TrainingLog(join(this.folder, 'steps', 'train', 'log.txt'));
    this.checkpoints = join(this.folder, 'steps', 'train', 'work', 'checkpoints');
  }

  stepFolder(step: string): string {
    return join(this.folder, 'steps', step);
  }

  /** The run has written its record: nothing of it is left to be disturbed but the closing of the workflow. */
  get ended(): boolean {
    return existsSync(join(this.folder, 'run.json'));
  }

  async ledger(step: string): Promise<LedgerLine[]> {
    return await readLedger(join(this.stepFolder(step), 'attempts.jsonl'));
  }

  async hasBegun(step: string): Promise<boolean> {
    return step === 'pin' || (await this.ledger(step)).some((line) => line.event === 'started');
  }

  /** Failures of a step's own since it last got further: what `max_attempts` bounds. */
  async failures(step: string): Promise<number> {
    const lines = await this.ledger(step);
    const execution = lines.findLast((line) => line.event === 'started')?.execution ?? '';
    return failuresWithoutProgress(lines, execution, new Set());
  }

  /** Waits for something of this run; undefined when the run has ended meanwhile. */
  async until<T>(what: string, find: () => Promise<T | undefined> | T | undefined): Promise<T | undefined> {
    return await until(what, () => this.ended, find);
  }

  async position(): Promise<Position> {
    await this.log.read();
    const steps = await readdir(join(this.folder, 'steps')).catch(() => [] as string[]);
    let begun = 0;
    for (const step of steps) {
      const lines = await this.ledger(step);
      const started = lines.findLast((line) => line.event === 'started');
      if (started) begun++;
      if (!started || lines.some(isSuccess)) continue;
      const attempt = started.attempt;
      const latest = step === 'train' ? this.log.latest : undefined;
      const logged = latest?.attempt === attempt ? latest : undefined;
      return {
        step,
        attempt,
        phase: step !== 'train' ? 'running' : await this.phase(logged),
        trainingStep: logged?.step,
        trained: logged?.trained ?? 0,
        stretch: this.log.attempts.length,
      };
    }
    const step = this.ended ? 'record' : begun === 0 ? 'pin' : 'between';
    return { step, attempt: 0, phase: '', trainingStep: undefined, trained: 0, stretch: this.log.attempts.length };
  }

  async phase(logged: LoggedAttempt | undefined): Promise<string> {
    if (logged?.from === undefined) return 'loading';
    return (await this.stagings()).length > 0 ? 'saving' : 'training';
  }

  /** Checkpoints that are being written, or whose writer was killed. */
  async stagings(): Promise<string[]> {
    const names = await readdir(this.checkpoints).catch(() => [] as string[]);
    return names.filter((name) => name.startsWith('.staging-'));
  }
}

/** An attempt that failed or was lost is tried again, so its step still runs. */
const isSuccess = (line: LedgerLine): boolean =>
  line.event === 'ended' && (line.how === 'succeeded' || line.how === 'reused');
