import { CancellationScope, isCancellation } from '@temporalio/workflow';
import { evaluate } from '../../core/language/expression/evaluate.ts';
import { parseExpression } from '../../core/language/expression/parse.ts';
import type { StepInstance } from '../../core/run/expand-matrix.ts';
import type { Before, EndState } from '../../core/run/run-graph.ts';
import type { StepState } from '../../core/run/run-state.ts';
import type { StepResult } from '../../protocol/activities.ts';
import { stepFailure } from '../run/failures.ts';
import type { Run } from '../run/run-parts.ts';
import { scopeFor } from '../run/scope-for.ts';
import { make } from './execute-step.ts';
import { madeBy } from './healing.ts';
import { untilMended } from './retry-or-skip.ts';

/** Carries out one step, or one variant of its matrix, and writes down how it ended. Never rejects. */
export async function runStep(run: Run, step: StepInstance, before: Before): Promise<EndState> {
  const entry = run.state.steps[step.id]!;
  const succeeded = run.input.resume?.succeeded[step.id];
  const ended =
    run.input.continued?.ended[step.id] ?? (succeeded && !isToBeReplaced(run, succeeded) ? succeeded : undefined);
  if (ended) {
    Object.assign(entry, ended);
    run.matrices.ended(step, ended.state as EndState);
    return ended.state as EndState;
  }
  const state = await run.matrices.alongside(step, () => carryOutStep(run, step, before));
  run.matrices.ended(step, state);
  const failed = run.matrices.stoppedBy(step);
  if (state === 'cancelled' && failed !== undefined) entry.summary ??= `stopped, since ${failed} failed`;
  return state;
}

async function carryOutStep(run: Run, step: StepInstance, { failure }: Before): Promise<EndState> {
  const entry = run.state.steps[step.id]!;
  const reused = run.reused[step.id];
  const isDone = reused !== undefined && !isToBeReplaced(run, reused);
  const work = async (retried: number): Promise<EndState> => {
    if (CancellationScope.current().consideredCancelled) return 'cancelled';
    await run.gate.pass();
    if (step.if !== undefined && evaluate(parseExpression(step.if), scopeFor(run, step, failure)) !== true) {
      entry.summary = `skipped: ${step.if} is false`;
      return 'skipped';
    }
    if (isDone) return accept(entry, reused);
    const replaces = run.input.resume?.succeeded[step.id] || reused ? run.input.replaces : undefined;
    return accept(entry, await run.healing.carryOut(step.id, () => make(run, step, { replaces, retried })));
  };
  const mayWait = run.plan.on_step_failure === 'wait' && !step.continue_on_error;
  try {
    if (mayWait) return await untilMended(step.id, run, (retried) => inTurn(run, step, isDone, () => work(retried)));
    return await inTurn(run, step, isDone, async () => {
      try {
        return await work(0);
      } catch (error) {
        // Before the next one has its turn: it must not begin where this one's failure stops it.
        if (!isCancellation(error)) run.matrices.ended(step, 'failed');
        throw error;
      }
    });
  } catch (error) {
    if (isCancellation(error)) return 'cancelled';
    entry.failure = stepFailure(error);
    return 'failed';
  }
}

/**
 * Does `work` when its turn has come. Waiting costs next to nothing, so this comes before all else; a step that waits for
 * a person holds no turn, and what was done already needs none.
 */
async function inTurn<T>(run: Run, step: StepInstance, isDone: boolean, work: () => Promise<T>): Promise<T> {
  const queue = step.executor === 'person' ? undefined : run.slots[step.queue];
  const slots = isDone ? [] : [run.matrices.slotsOf(step), queue];
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

/** Whether another document's step could not read what this one has made. */
function isToBeReplaced({ input }: Run, made: Pick<StepState, 'artifacts' | 'outputs'>): boolean {
  return input.replaces !== undefined && madeBy(made).includes(input.replaces);
}

function accept(entry: StepState, { outputs, summary, artifacts, reusedFrom, because }: StepResult): EndState {
  Object.assign(entry, { outputs, summary, artifacts, ...(because === undefined ? {} : { because }) });
  if (reusedFrom === undefined) return 'succeeded';
  entry.reusedFrom = reusedFrom;
  return 'reused';
}

/** The step is shown as running meanwhile; when it cannot be made again, it has still ended as it had ended. */
export async function makeAgain(
  run: Run,
  id: string,
  digest: string,
  why: { for: string; because: string },
): Promise<void> {
  const step = run.steps.get(id)!;
  const entry = run.state.steps[id]!;
  const before = { ...entry };
  entry.madeAgain = [...(entry.madeAgain ?? []), why];
  try {
    const result = await run.healing.carryOut(id, () => make(run, step, { replaces: digest }));
    delete entry.reusedFrom;
    entry.state = accept(entry, result);
    entry.endedAt = Date.now();
  } catch (error) {
    Object.assign(entry, { ...before, madeAgain: entry.madeAgain });
    throw error;
  }
  run.details.show();
}
