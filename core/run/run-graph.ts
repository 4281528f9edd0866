import { jointOutcome } from './conditions.ts';
import type { EndState } from './run-state.ts';

export interface GraphStep {
  readonly id: string;
  readonly needs: readonly string[];
  /** Its condition reads how other steps ended, so it is evaluated even if a step that it needs has failed. */
  readonly decides?: boolean;
  /** Its failure blocks nothing. */
  readonly isForgiven?: boolean;
  /** Nothing runs for it: its state follows from the instances that it needs. */
  readonly joins?: boolean;
}

/** Facts about the steps before it that a step may read. */
export interface Before {
  /** Something it needs, directly or not, has failed and was not forgiven. */
  failure: boolean;
}

/** Returns a step and all steps that need it, directly or not. `steps` must be in an order of their needs. */
export function withDependents(steps: readonly GraphStep[], id: string): Set<string> {
  const found = new Set([id]);
  for (const step of steps) if (step.needs.some((need) => found.has(need))) found.add(step.id);
  return found;
}

/**
 * Runs every step the moment its needs have ended; `runStep` must not reject.
 * A need that failed blocks its dependents, and one that was skipped skips them; all other steps continue.
 */
export async function runGraph(
  steps: readonly GraphStep[],
  runStep: (id: string, before: Before) => Promise<EndState>,
  onEnd: (id: string, state: EndState) => void = () => {},
): Promise<ReadonlyMap<string, EndState>> {
  const ended = new Map<string, EndState>();
  const failed = new Set<string>();
  const dependents = dependentsOf(steps);
  const waitingFor = new Map(steps.map((step) => [step.id, new Set(step.needs).size]));
  const byId = new Map(steps.map((step) => [step.id, step]));

  /** For the steps after it, a forgiven failure is a success. */
  const endOf = (id: string): EndState => {
    const state = ended.get(id)!;
    return state === 'failed' && byId.get(id)?.isForgiven ? 'succeeded' : state;
  };

  // Callbacks instead of nested promises: a promise is costly in a workflow, and a thousand steps may start at once.
  return await new Promise((resolve, reject) => {
    const begin = (id: string): void => {
      const step = byId.get(id)!;
      const failure = step.needs.some((need) => failed.has(need));
      const needs = step.needs.map(endOf);
      const held = step.joins ? jointOutcome(needs) : step.decides ? undefined : heldBack(needs);
      const end = (state: EndState): void => {
        ended.set(id, state);
        if (failure || (state === 'failed' && !step.isForgiven)) failed.add(id);
        if (!step.joins) onEnd(id, state);
        for (const dependent of dependents.get(id) ?? []) {
          const left = waitingFor.get(dependent)! - 1;
          waitingFor.set(dependent, left);
          if (left === 0) begin(dependent);
        }
        if (ended.size === steps.length) resolve(ended);
      };
      if (held) end(held);
      else runStep(id, { failure }).then(end).catch(reject);
    };
    if (steps.length === 0) resolve(ended);
    for (const step of steps) if (step.needs.length === 0) begin(step.id);
  });
}

function dependentsOf(steps: readonly GraphStep[]): Map<string, string[]> {
  const dependents = new Map<string, string[]>();
  for (const step of steps) {
    for (const need of new Set(step.needs)) {
      const known = dependents.get(need);
      if (known) known.push(step.id);
      else dependents.set(need, [step.id]);
    }
  }
  return dependents;
}

/** A failure says more than a cancellation: siblings of a failed variant are cancelled because of it. */
function heldBack(needs: readonly EndState[]): EndState | undefined {
  if (needs.includes('failed') || needs.includes('blocked')) return 'blocked';
  if (needs.includes('cancelled')) return 'cancelled';
  if (needs.includes('skipped')) return 'skipped';
  return undefined;
}
