import { CancellationScope } from '@temporalio/workflow';
import type { StepInstance } from '../core/expand-matrix.ts';
import type { Plan } from '../core/plan.ts';
import type { EndState } from '../core/run-graph.ts';
import { Slots } from './slots.ts';

interface Matrix {
  failFast: boolean;
  slots: Slots | undefined;
  /** Instances that have not ended. */
  readonly open: Set<CancellationScope>;
  /** The instance whose failure stopped the others. */
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
        return [[id, { failFast: matrix.fail_fast, slots, open: new Set<CancellationScope>() }]];
      }),
    );
  }

  /** Does the whole of an instance: `work` is cancelled softly when a sibling has failed. */
  async alongside(step: StepInstance, work: () => Promise<EndState>): Promise<EndState> {
    const matrix = this.#of(step);
    if (!matrix) return await work();
    const scope = new CancellationScope();
    matrix.open.add(scope);
    if (matrix.failed !== undefined) scope.cancel();
    const state = await scope.run(work);
    matrix.open.delete(scope);
    if (state === 'failed' && matrix.failFast && !step.continue_on_error && matrix.failed === undefined) {
      matrix.failed = step.id;
      for (const sibling of matrix.open) sibling.cancel();
    }
    return state;
  }

  /** Carries an instance out when its turn has come. */
  async inTurn<T>(step: StepInstance, work: () => Promise<T>): Promise<T> {
    const slots = this.#of(step)?.slots;
    return slots ? await slots.hold(work) : await work();
  }

  /** The sibling whose failure stopped an instance that was cancelled. */
  stoppedBy(step: StepInstance): string | undefined {
    return this.#of(step)?.failed;
  }

  #of({ matrixOf }: StepInstance): Matrix | undefined {
    return matrixOf === undefined ? undefined : this.#matrices.get(matrixOf);
  }
}
