import { CancellationScope } from '@temporalio/workflow';
import type { StepInstance } from '../../core/run/expand-matrix.ts';
import type { Plan } from '../../core/run/plan.ts';
import type { EndState } from '../../core/run/run-state.ts';
import { Slots } from './slots.ts';

interface Matrix {
  failFast: boolean;
  slots: Slots | undefined;
  /** All variants run in it, so that one failure stops all others at once. */
  scope: CancellationScope;
  /** The variant whose failure stopped the others. */
  failed?: string;
}

/** `max_parallel` and `fail_fast` of the steps that have a matrix. */
export class Matrices {
  readonly #matrices: ReadonlyMap<string, Matrix>;

  constructor(plan: Plan) {
    this.#matrices = new Map(
      plan.steps.flatMap(({ id, matrix }) => {
        if (!matrix) return [];
        const slots = matrix.max_parallel === undefined ? undefined : new Slots(matrix.max_parallel);
        return [[id, { failFast: matrix.fail_fast, slots, scope: new CancellationScope() }]];
      }),
    );
  }

  slotsOf(step: StepInstance): Slots | undefined {
    return this.#of(step)?.slots;
  }

  /** Runs the whole of a variant; the failure of a sibling cancels it. */
  async runAlongsideSiblings<T>(step: StepInstance, work: () => Promise<T>): Promise<T> {
    const matrix = this.#of(step);
    return matrix ? await matrix.scope.run(work) : await work();
  }

  /** Call it when an instance has ended. */
  noteEnd(step: StepInstance, state: EndState): void {
    const matrix = this.#of(step);
    if (!matrix || state !== 'failed' || !matrix.failFast || step.continue_on_error || matrix.failed !== undefined)
      return;
    matrix.failed = step.id;
    matrix.scope.cancel();
  }

  /** Returns the sibling whose failure stopped the others. */
  failedSiblingOf(step: StepInstance): string | undefined {
    return this.#of(step)?.failed;
  }

  #of({ matrixOf }: StepInstance): Matrix | undefined {
    return matrixOf === undefined ? undefined : this.#matrices.get(matrixOf);
  }
}
