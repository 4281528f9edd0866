/** How a step ended. `blocked`: something it needs did not succeed. */
export type EndState = 'succeeded' | 'reused' | 'skipped' | 'failed' | 'blocked' | 'cancelled';

export interface GraphStep {
  readonly id: string;
  readonly needs: readonly string[];
}

/** A step and all that needs it, over others too; `steps` stand behind those they need. */
export function withDependents(steps: readonly GraphStep[], id: string): Set<string> {
  const found = new Set([id]);
  for (const step of steps) if (step.needs.some((need) => found.has(need))) found.add(step.id);
  return found;
}

/**
 * Runs every step the moment its needs have ended; `runStep` must not reject.
 * A need that failed blocks its dependents, one that was skipped skips them; all else goes on.
 */
export async function runGraph(
  steps: readonly GraphStep[],
  runStep: (id: string) => Promise<EndState>,
  onEnd: (id: string, state: EndState) => void = () => {},
): Promise<ReadonlyMap<string, EndState>> {
  const ended = new Map<string, EndState>();
  const dependents = new Map<string, string[]>();
  const waitingFor = new Map(steps.map((step) => [step.id, new Set(step.needs).size]));
  for (const step of steps) {
    for (const need of new Set(step.needs)) dependents.set(need, [...(dependents.get(need) ?? []), step.id]);
  }
  const needsOf = new Map(steps.map((step) => [step.id, step.needs]));

  const start = async (id: string): Promise<void> => {
    const held = heldBack(needsOf.get(id)!.map((need) => ended.get(need)!));
    const state = held ?? (await runStep(id));
    ended.set(id, state);
    onEnd(id, state);
    const ready = (dependents.get(id) ?? []).filter((dependent) => {
      const left = waitingFor.get(dependent)! - 1;
      waitingFor.set(dependent, left);
      return left === 0;
    });
    await Promise.all(ready.map(start));
  };
  await Promise.all(steps.filter((step) => step.needs.length === 0).map((step) => start(step.id)));
  return ended;
}

function heldBack(needs: readonly EndState[]): EndState | undefined {
  if (needs.includes('cancelled')) return 'cancelled';
  if (needs.includes('failed') || needs.includes('blocked')) return 'blocked';
  if (needs.includes('skipped')) return 'skipped';
  return undefined;
}
