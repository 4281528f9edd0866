import { CancellationScope, isCancellation } from '@temporalio/workflow';
import { evaluate } from '../../core/language/expression/evaluate.ts';
import { parseExpression } from '../../core/language/expression/parse.ts';
import type { StepInstance } from '../../core/run/expand-matrix.ts';
import type { Before } from '../../core/run/run-graph.ts';
import { type EndedStep, type EndState, hasEnded, type MadeAgain, type Published } from '../../core/run/run-state.ts';
import { cancel, fail, hold, skip, succeed } from '../../core/run/step-transitions.ts';
import type { CurrentRun } from '../run/current-run.ts';
import { stepFailure } from '../run/failures.ts';
import { type ExecutionParts, executeStep } from './execute-step.ts';
import { Matrices } from './matrices.ts';
import { digestsOf, Repairs } from './repairs.ts';
import { Slots } from './slots.ts';

/**
 * Steps of one queue that run at a time. Temporal allows 2,000 activities, but 4 MB and 5 seconds for one workflow task;
 * more than a hundred devices are rare.
 */
const maxStepsOfQueue = 100;

/** Runs steps, and variants of a matrix: each waits for its turn, is executed or reused, and its end is written down. */
export class StepRunner {
  readonly #run: CurrentRun;
  readonly #parts: ExecutionParts;
  readonly #matrices: Matrices;
  readonly #repairs: Repairs;
  readonly #slots = { gpu: new Slots(maxStepsOfQueue), cpu: new Slots(maxStepsOfQueue) };

  constructor(run: CurrentRun, parts: ExecutionParts) {
    this.#run = run;
    this.#parts = parts;
    this.#matrices = new Matrices(run.plan);
    this.#repairs = new Repairs(run.state.steps, (id, digest, why) => this.#runAgain(id, digest, why));
  }

  /** Never rejects. */
  async runStep(id: string, before: Before): Promise<EndState> {
    const step = this.#run.steps.get(id)!;
    const known = this.#endedBefore(id);
    let ended = known ?? (await this.#matrices.runAlongsideSiblings(step, () => this.#runToEnd(step, before)));
    this.#matrices.noteEnd(step, ended.state);
    const failed = this.#matrices.failedSiblingOf(step);
    if (ended.state === 'cancelled' && !known && failed !== undefined)
      ended = { summary: `stopped, since ${failed} failed`, ...ended };
    this.#run.write(id, { endedAt: Date.now(), ...ended });
    return ended.state;
  }

  /** Returns the end of a step that an earlier execution, or the run that is resumed, has brought to its end. */
  #endedBefore(id: string): EndedStep | undefined {
    const { continued, resume } = this.#run.input;
    const known = continued?.ended[id] ?? resume?.succeeded[id];
    if (!known || !hasEnded(known)) return undefined;
    return continued?.ended[id] || !this.#mustReplace(known) ? known : undefined;
  }

  async #runToEnd(step: StepInstance, before: Before): Promise<EndedStep> {
    const { plan } = this.#run;
    const mayAsk = plan.on_step_failure === 'wait' && !step.continue_on_error;
    try {
      if (mayAsk) return await this.#askWhenFailed(step, before);
      return await this.#inTurn(step, async () => {
        try {
          return await this.#attempt(step, before, 0);
        } catch (error) {
          // Before the next variant has its turn: it must not begin if this failure stops it.
          if (!isCancellation(error)) this.#matrices.noteEnd(step, 'failed');
          throw error;
        }
      });
    } catch (error) {
      const present = this.#run.step(step.id);
      return isCancellation(error) ? cancel(present, Date.now()) : fail(present, stepFailure(error), Date.now());
    }
  }

  async #attempt(step: StepInstance, { failure }: Before, retried: number): Promise<EndedStep> {
    const { id } = step;
    const run = this.#run;
    if (CancellationScope.current().consideredCancelled) return cancel(run.step(id), Date.now());
    await this.#parts.gate.pass();
    if (step.if !== undefined && evaluate(parseExpression(step.if), run.scopeFor(step, failure)) !== true)
      return skip(run.step(id), Date.now(), `skipped: ${step.if} is false`);
    const reused = this.#reusable(id);
    if (reused) return succeed(run.step(id), reused, Date.now());
    const replaces = run.input.resume?.succeeded[id] || run.reused[id] ? run.input.replaces : undefined;
    const result = await this.#repairs.withRepairs(id, () =>
      executeStep(run, this.#parts, step, { replaces, retried }),
    );
    return succeed(run.step(id), result, Date.now());
  }

  /**
   * Runs a step of a run that waits when one has failed, again as often as a person says `retry`; `skip` ends it as
   * skipped. Rejects if the run is cancelled or a person has rejected.
   */
  async #askWhenFailed(step: StepInstance, before: Before): Promise<EndedStep> {
    const { id } = step;
    for (let retried = 0; ; retried += 1) {
      try {
        return await this.#inTurn(step, () => this.#attempt(step, before, retried));
      } catch (error) {
        if (isCancellation(error) || CancellationScope.current().consideredCancelled) throw error;
        const failure = stepFailure(error);
        if (failure.code === 'REJECTED') throw error;
        const question = { words: ['retry', 'skip'] as const, about: `it has failed: ${failure.message}` };
        const answer = await this.#parts.people.ask(id, question, { failure });
        this.#run.write(id, hold(this.#run.step(id)));
        if (answer?.word !== 'skip') continue;
        const comment = answer.comment ? ` (${answer.comment})` : '';
        const summary = `skipped by ${answer.by}${comment} after it had failed: ${failure.message.split('\n')[0]}`;
        return skip(this.#run.step(id), Date.now(), summary);
      }
    }
  }

  /**
   * Does `work` when its turn has come. Waiting costs next to nothing, so this comes before all else; a step that waits for
   * a person holds no turn, and a result that is reused needs none.
   */
  async #inTurn<T>(step: StepInstance, work: () => Promise<T>): Promise<T> {
    const queue = step.executor === 'person' ? undefined : this.#slots[step.queue];
    const slots = this.#reusable(step.id) ? [] : [this.#matrices.slotsOf(step), queue];
    for (const each of slots) {
      const turn = each?.take();
      if (turn) await turn;
    }
    try {
      return await work();
    } finally {
      for (const each of slots) each?.give();
    }
  }

  /** Runs a step once more for another one that cannot read its artifact. If it fails, the step has still succeeded before. */
  async #runAgain(id: string, digest: string, why: MadeAgain): Promise<void> {
    const run = this.#run;
    const step = run.steps.get(id)!;
    const before = { ...run.step(id), madeAgain: [...(run.step(id).madeAgain ?? []), why] };
    run.write(id, before);
    try {
      const result = await this.#repairs.withRepairs(id, () =>
        executeStep(run, this.#parts, step, { replaces: digest, retried: 0 }),
      );
      run.write(id, succeed(run.step(id), result, Date.now()));
    } catch (error) {
      run.write(id, before);
      throw error;
    }
  }

  #reusable(id: string) {
    const reused = this.#run.reused[id];
    return reused && !this.#mustReplace(reused) ? reused : undefined;
  }

  /** Returns whether the outer run reported an artifact of `published` as unreadable. */
  #mustReplace(published: Published): boolean {
    const { replaces } = this.#run.input;
    return replaces !== undefined && digestsOf(published).includes(replaces);
  }
}
