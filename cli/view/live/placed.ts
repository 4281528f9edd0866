/** A step of a document and the steps that it needs. */
export interface Node {
  id: string;
  needs: readonly string[];
}

/**
 * Orders a graph as an indented tree. A chain stays in one column; where several steps need one, each of them begins a
 * branch a level deeper; where branches meet again, the step that needs them all stands a level higher.
 * `nodes`: each comes after those that it needs.
 */
export function placed(nodes: readonly Node[]): { id: string; depth: number }[] {
  const needs = reduced(nodes);
  const dependents = new Map(nodes.map(({ id }) => [id, [] as string[]]));
  for (const { id } of nodes) for (const need of needs.get(id)!) dependents.get(need)!.push(id);
  const depths = new Map<string, number>();
  const visit = (id: string): void => {
    const above = needs.get(id)!;
    if (depths.has(id) || !above.every((need) => depths.has(need))) return;
    depths.set(
      id,
      depthBelow(above.map((need) => ({ depth: depths.get(need)!, forks: dependents.get(need)!.length > 1 }))),
    );
    for (const dependent of dependents.get(id)!) visit(dependent);
  };
  for (const { id } of nodes) visit(id);
  return [...depths].map(([id, depth]) => ({ id, depth }));
}

function depthBelow(above: readonly { depth: number; forks: boolean }[]): number {
  const [only, ...more] = above;
  if (!only) return 0;
  if (more.length === 0) return only.depth + (only.forks ? 1 : 0);
  return Math.max(0, Math.min(...above.map(({ depth }) => depth)) - 1);
}

/** The needs of each without those that another need has already waited for. */
function reduced(nodes: readonly Node[]): Map<string, string[]> {
  const known = new Map<string, readonly string[]>();
  return new Map(
    nodes.map(({ id, needs }) => {
      const own = [...new Set(needs)].filter((need) => known.has(need));
      known.set(id, own);
      // Most steps need one other, and a long chain has nothing to search.
      const behind = own.length < 2 ? new Set<string>() : reachedFrom(own, known);
      return [id, own.filter((need) => !behind.has(need))];
    }),
  );
}

/** All that these need, directly or through others. */
function reachedFrom(ids: readonly string[], needs: ReadonlyMap<string, readonly string[]>): Set<string> {
  const reached = new Set<string>();
  const open = [...ids];
  for (let id = open.pop(); id !== undefined; id = open.pop())
    for (const need of needs.get(id) ?? [])
      if (!reached.has(need)) {
        reached.add(need);
        open.push(need);
      }
  return reached;
}
