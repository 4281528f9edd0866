import { existsSync } from 'node:fs';
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { failuresWithoutProgress, type LedgerLine } from '../../core/run/attempts.ts';
import type { Home } from '../../services/machine/home.ts';
import { readLedger } from '../../services/runs/attempt-ledger.ts';
import { type LoggedAttempt, TrainingLog } from './training-log.ts';
import { until } from './until.ts';

/** Where a run is, read from its files. */
export interface Position {
  /** The running step; `pin` before all steps, `record` after them, `between` two steps. */
  step: string;
  /** Attempt of that step, 0 where none runs. */
  attempt: number;
  /** Of the training: `loading`, `training`, `saving`. Of other steps: `running`. */
  phase: string;
  /** Last training step in the log. */
  trainingStep: number | undefined;
  /** Training steps done since the trainer last started. */
  trained: number;
  /** Number of trainer starts; after a requested stop, a trainer continues under the same attempt. */
  stretch: number;
}

export const placeOf = ({ step, phase, trainingStep }: Position): string =>
  `${step}${phase ? `, ${phase}` : ''}${trainingStep === undefined ? '' : `, step ${trainingStep}`}`;

/** Follows a run by its files. */
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

  /** True once the run has written its record: only the workflow's end remains. */
  get ended(): boolean {
    return existsSync(join(this.folder, 'run.json'));
  }

  async ledger(step: string): Promise<LedgerLine[]> {
    return await readLedger(join(this.stepFolder(step), 'attempts.jsonl'));
  }

  async hasBegun(step: string): Promise<boolean> {
    return step === 'pin' || (await this.ledger(step)).some((line) => line.event === 'started');
  }

  /** Failures of a step since its last progress, which `max_attempts` limits. */
  async failures(step: string): Promise<number> {
    const lines = await this.ledger(step);
    const execution = lines.findLast((line) => line.event === 'started')?.execution ?? '';
    return failuresWithoutProgress(lines, execution, new Set());
  }

  /** Waits until `find` returns a value; undefined if the run ends first. */
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

  /** Folders of checkpoints being written, or of a killed writer. */
  async stagings(): Promise<string[]> {
    const names = await readdir(this.checkpoints).catch(() => [] as string[]);
    return names.filter((name) => name.startsWith('.staging-'));
  }
}

/** After a failed or lost attempt the step is tried again, so it counts as running. */
const isSuccess = (line: LedgerLine): boolean =>
  line.event === 'ended' && (line.how === 'succeeded' || line.how === 'reused');
