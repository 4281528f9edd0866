import { ActivityFailure, ApplicationFailure, CancellationScope, isCancellation } from '@temporalio/workflow';
import type { RunState, StepState } from '../../core/run/run-state.ts';
import type { StepResult } from '../../protocol/activities.ts';
import { stepFailure } from '../run/failures.ts';

/** How often one step is made again in an execution of a run: an artifact that is gone each time has another reason. */
const mostOften = 2;

/** Carries out a step that has ended well once more, since an artifact of it cannot be read, and takes what comes out. */
export type MakeAgain = (id: string, digest: string, why: { for: string; because: string }) => Promise<void>;

/**
 * A step that cannot read an artifact has the step of this run that made it carried out again, and then starts anew with
 * what came out. What was made from the artifact before stays: equal options and inputs give equal bytes, and where they
 * do not, the checks of the later steps say so.
 */
export class Healing {
  readonly #steps: RunState['steps'];
  readonly #makeAgain: MakeAgain;
  /** Several steps may wait for one repair: it must not end because one of them, a variant of a matrix, is stopped. */
  readonly #scope = CancellationScope.current();
  readonly #made: string[] = [];
  readonly #times = new Map<string, number>();
  readonly #underWay = new Map<string, Promise<void>>();

  constructor(steps: RunState['steps'], makeAgain: MakeAgain) {
    this.#steps = steps;
    this.#makeAgain = makeAgain;
  }

  /** Ends as `work` ends. `work` is called again after a repair, so it must read its inputs anew. */
  async carryOut(id: string, work: () => Promise<StepResult>): Promise<StepResult> {
    for (;;) {
      const before = this.#made.length;
      try {
        return await work();
      } catch (error) {
        const digest = unreadable(error);
        if (digest === undefined) throw error;
        // Another step met the same artifact and had it made again while this one was under way.
        if (this.#made.slice(before).includes(digest)) continue;
        const maker = this.#makerOf(digest);
        if (maker === undefined || maker === id) throw error;
        await this.#repair(maker, digest, { for: id, because: stepFailure(error).message }, error);
      }
    }
  }

  async #repair(maker: string, digest: string, why: { for: string; because: string }, error: unknown): Promise<void> {
    const underWay = this.#underWay.get(maker);
    if (underWay) return await underWay;
    const times = this.#times.get(maker) ?? 0;
    if (times >= mostOften) throw error;
    this.#times.set(maker, times + 1);
    const work = this.#scope
      .run(() => this.#makeAgain(maker, digest, why))
      .then(
        () => {
          this.#made.push(digest);
        },
        (failed: unknown) => {
          throw isCancellation(failed) ? failed : cannotBeMade(maker, why.because, failed);
        },
      );
    this.#underWay.set(maker, work);
    try {
      await work;
    } finally {
      this.#underWay.delete(maker);
    }
  }

  #makerOf(digest: string): string | undefined {
    return Object.keys(this.#steps).find((id) => {
      const step = this.#steps[id]!;
      return (isDone(step) || this.#underWay.has(id)) && madeBy(step).includes(digest);
    });
  }
}

const isDone = ({ state }: StepState) => state === 'succeeded' || state === 'reused';

/** Digests of what a step has made. */
export const madeBy = ({ artifacts = [], outputs = {} }: Pick<StepState, 'artifacts' | 'outputs'>): string[] => [
  ...artifacts,
  ...Object.values(outputs).flatMap((value) =>
    typeof value === 'object' && value !== null && 'digest' in value ? [String(value.digest)] : [],
  ),
];

/** Digest of the artifact that a failure says it could not read. */
function unreadable(error: unknown): string | undefined {
  const cause = error instanceof ActivityFailure ? error.cause : undefined;
  if (!(cause instanceof ApplicationFailure)) return undefined;
  if (cause.type !== 'CORRUPT_ARTIFACT' && cause.type !== 'ARTIFACT_GONE') return undefined;
  const [detail] = (cause.details ?? []) as [{ artifact?: string }?];
  return detail?.artifact;
}

function cannotBeMade(maker: string, because: string, failed: unknown): ApplicationFailure {
  const { code, message, remedy } = stepFailure(failed);
  return ApplicationFailure.create({
    type: code,
    message: `${because}; ${maker}, which had made it, could not make it again: ${message}`,
    details: [{ remedy }],
  });
}
