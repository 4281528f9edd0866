import { ActivityFailure, ApplicationFailure, CancellationScope, isCancellation } from '@temporalio/workflow';
import type { Cleared } from '../../core/errors/temper-error.ts';
import type { Reason } from '../../core/reasons.ts';
import { hasSucceeded, type MadeAgain, type Published, type RunState } from '../../core/run/run-state.ts';
import { reasonWords } from '../../core/words/reasons.ts';
import type { StepResult } from '../../protocol/activities.ts';
import { stepFailure } from '../run/failures.ts';

/** How often one step may be repaired in an execution of a run: an artifact that is gone each time has another cause. */
const maxRepairsOfStep = 2;

/** Runs a step that has succeeded once more, since its artifact cannot be read, and takes the new result. */
export type RunAgain = (id: string, digest: string, why: MadeAgain) => Promise<void>;

/**
 * If a step cannot read an artifact, the step of this run that published it runs again, and then the reader starts anew.
 * What other steps computed from the artifact stays: equal options and inputs give equal bytes, and the checks of the later
 * steps find where they do not.
 */
export class Repairs {
  readonly #steps: RunState['steps'];
  readonly #runAgain: RunAgain;
  /** Several steps may wait for one repair, so it must not end when one of them, a variant of a matrix, is stopped. */
  readonly #scope = CancellationScope.current();
  readonly #repaired: string[] = [];
  readonly #times = new Map<string, number>();
  readonly #underWay = new Map<string, Promise<void>>();

  constructor(steps: RunState['steps'], runAgain: RunAgain) {
    this.#steps = steps;
    this.#runAgain = runAgain;
  }

  /** Ends as `work` ends. `work` is called again after a repair, so it must read its inputs anew. */
  async withRepairs(id: string, work: () => Promise<StepResult>): Promise<StepResult> {
    for (;;) {
      const before = this.#repaired.length;
      try {
        return await work();
      } catch (error) {
        const digest = unreadableArtifact(error);
        if (digest === undefined) throw error;
        // Another step met the same artifact and had it repaired while this one was under way.
        if (this.#repaired.slice(before).includes(digest)) continue;
        const maker = this.#makerOf(digest);
        if (maker === undefined || maker === id) throw error;
        await this.#repair(maker, digest, { for: id, because: becauseOf(error) }, error);
      }
    }
  }

  async #repair(maker: string, digest: string, why: MadeAgain, error: unknown): Promise<void> {
    const underWay = this.#underWay.get(maker);
    if (underWay) return await underWay;
    const times = this.#times.get(maker) ?? 0;
    if (times >= maxRepairsOfStep) throw error;
    this.#times.set(maker, times + 1);
    const work = this.#scope
      .run(() => this.#runAgain(maker, digest, why))
      .then(
        () => {
          this.#repaired.push(digest);
        },
        (failed: unknown) => {
          throw isCancellation(failed) ? failed : repairFailure(maker, reasonWords(why.because), failed);
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
      return (hasSucceeded(step) || this.#underWay.has(id)) && digestsOf(step).includes(digest);
    });
  }
}

/** Digests of all artifacts that a step has published. */
export const digestsOf = ({ artifacts = [], outputs = {} }: Published): string[] => [
  ...artifacts,
  ...Object.values(outputs).flatMap((value) =>
    typeof value === 'object' && value !== null && 'digest' in value ? [String(value.digest)] : [],
  ),
];

/** Returns the digest of the artifact that a step could not read, if that is why it failed. */
function unreadableArtifact(error: unknown): string | undefined {
  const cause = error instanceof ActivityFailure ? error.cause : undefined;
  if (!(cause instanceof ApplicationFailure)) return undefined;
  if (cause.type !== 'CORRUPT_ARTIFACT' && cause.type !== 'ARTIFACT_GONE') return undefined;
  return detailOf(error)?.artifact;
}

function detailOf(error: unknown): { artifact?: string; cleared?: Cleared } | undefined {
  const cause = error instanceof ActivityFailure ? error.cause : undefined;
  return cause instanceof ApplicationFailure ? (cause.details?.[0] as ReturnType<typeof detailOf>) : undefined;
}

function becauseOf(error: unknown): Reason {
  const cleared = detailOf(error)?.cleared;
  if (cleared) return { code: 'cleared', facts: cleared };
  const { code, message } = stepFailure(error);
  return { code: 'unreadable', facts: { error: code, message } };
}

function repairFailure(maker: string, because: string, failed: unknown): ApplicationFailure {
  const { code, message, remedy } = stepFailure(failed);
  return ApplicationFailure.create({
    type: code,
    message: `${because}; ${maker} ran again to repair it and failed: ${message}`,
    details: [{ remedy }],
  });
}
