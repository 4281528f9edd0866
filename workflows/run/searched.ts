import { upsertSearchAttributes } from '@temporalio/workflow';
import type { RunState, StepState } from '../../core/run/run-state.ts';

const statusKey = { name: 'TemperStatus', type: 'KEYWORD' } as const;
const scoreKey = { name: 'TemperScore', type: 'DOUBLE' } as const;
type Pairs = Extract<Parameters<typeof upsertSearchAttributes>[0], readonly unknown[]>;

/** Keeps the fields by which Temporal finds the run. A namespace may lack them, and must not be told of those. */
export class Searched {
  readonly #names: readonly string[];
  readonly #waiting = new Set<string>();
  #status: string | undefined;
  #score: number | undefined;

  /** `names`: the fields of the namespace. `status`: the one that the run began with, if that is known. */
  constructor(names: readonly string[], status: string | undefined) {
    this.#names = names;
    this.#status = status;
  }

  noteStep(id: string, { waitsFor, outputs }: StepState, status: RunState['status']): void {
    if (waitsFor) this.#waiting.add(id);
    else this.#waiting.delete(id);
    this.#tell(status, typeof outputs?.score === 'number' ? outputs.score : undefined);
  }

  noteStatus(status: RunState['status']): void {
    this.#tell(status);
  }

  #tell(running: RunState['status'], score = this.#score): void {
    const status = running === 'running' && this.#waiting.size > 0 ? 'waiting' : running;
    const pairs: Pairs = [
      ...(status === this.#status ? [] : [{ key: statusKey, value: status }]),
      ...(score === undefined || score === this.#score ? [] : [{ key: scoreKey, value: score }]),
    ];
    this.#status = status;
    this.#score = score;
    const known = pairs.filter(({ key }) => this.#names.includes(key.name));
    if (known.length > 0) upsertSearchAttributes(known);
  }
}
