import { stepOf } from '../../../core/run/expand-matrix.ts';
import type { Plan } from '../../../core/run/plan.ts';
import type { RunState, StepState } from '../../../core/run/run-state.ts';
import { plural } from '../../../core/words/plural.ts';
import type { Pending, Snapshot } from '../../../services/runs/snapshot.ts';
import { printable } from '../text/printable.ts';
import { placed } from './placed.ts';
import { countsOf, variantsShown } from './variants.ts';

/** A line of the tree: a step, or a matrix above its variants. */
export interface Branch {
  depth: number;
  label: string;
  /** One step; of a matrix, those of all its variants. */
  steps: readonly StepState[];
  pending?: Pending | undefined;
  /** Of a matrix or a pipeline: how its variants or steps stand. */
  counts?: string;
  /** A variant: the line of its matrix counts it. */
  isCounted?: boolean;
}

/** As the document has it: an id holds no character that a folder cannot. */
const labelOf = (values: Readonly<Record<string, unknown>>): string =>
  Object.entries(values)
    .map(([key, value]) => `${key}=${value}`)
    .join(', ');

type Steps = Pick<Plan, 'steps'>;

/** The steps of a run as a tree: by their needs where the plan is known, variants and the steps of inner pipelines below their step. */
export function treeOf(state: RunState, seen: Snapshot | undefined, plan: Steps | undefined, depth = 0): Branch[] {
  const groups = new Map<string, string[]>();
  for (const id of Object.keys(state.steps)) {
    const known = groups.get(stepOf(id));
    if (known) known.push(id);
    else groups.set(stepOf(id), [id]);
  }
  const planned = new Map(plan?.steps.map((step) => [step.id, step]));
  const nodes = [...groups.keys()].map((id) => ({ id, needs: planned.get(id)?.needs ?? [] }));
  const branch = (id: string, label: string, at: number): Branch[] => {
    const inner = seen?.children[id];
    const innerPlan = planned.get(stepOf(id))?.plan;
    const own = { depth: at, label, steps: [state.steps[id]!], pending: seen?.pending[id] };
    if (!inner?.state) return [own];
    const steps = Object.values(inner.state.steps);
    const counts = `${plural(steps.length, 'step')}: ${countsOf(steps)}`;
    return [{ ...own, counts }, ...treeOf(inner.state, inner, innerPlan, at + 1)];
  };
  return placed(nodes).flatMap(({ id, depth: below }) => {
    const ids = groups.get(id)!;
    const at = depth + below;
    if (ids.length === 1) return branch(ids[0]!, ids[0]!, at);
    const all = ids.map((each) => ({ id: each, step: state.steps[each]! }));
    const steps = all.map(({ step }) => step);
    const shown = variantsShown(all);
    const head = { depth: at, label: id, steps, counts: `${all.length} variants: ${countsOf(steps)}` };
    const variants = planned.get(id)?.matrix?.variants ?? [];
    const names = new Map(
      variants.map(({ name, values }) => [`${id}@${name}`, printable(labelOf(values)).replaceAll('\n', ' ')]),
    );
    return [
      head,
      ...shown.flatMap((each) => {
        const [own, ...inner] = branch(each.id, names.get(each.id) ?? each.id.slice(id.length + 1), at + 1);
        return [{ ...own!, isCounted: true }, ...inner];
      }),
    ];
  });
}
