import { stepOf } from '../run/expand-matrix.ts';
import type { TimelineStep } from './timeline.ts';

/** A step, or all variants of a matrix that has too many to draw each. */
export interface GraphNode {
  id: string;
  steps: readonly TimelineStep[];
  column: number;
  /** In half rows, so that columns of different height stand in the middle. */
  row: number;
}

/** A need, through the places where it passes columns between its ends. */
export interface GraphEdge {
  from: string;
  to: string;
  places: readonly Place[];
}

export type Place = Pick<GraphNode, 'column' | 'row'>;

export interface StepGraph {
  columns: number;
  rows: number;
  nodes: readonly GraphNode[];
  edges: readonly GraphEdge[];
}

/** More variants of one matrix are drawn as one. */
const maxVariants = 6;
/** A larger picture helps nobody; the list of steps says the same. */
const maxNodes = 60;

/** Lays out what comes after what: a column is as far right as its steps must wait. Undefined where no step waits for another. */
export function stepGraph(steps: readonly TimelineStep[]): StepGraph | undefined {
  const groups = groupsOf(steps);
  if (groups.size > maxNodes) return undefined;
  const needs = withoutDetours(needsOf(groups));
  const columnOf = columnsOf(needs);
  if (!needs.size || [...needs.values()].every((own) => own.length === 0)) return undefined;
  // A need that passes columns takes a place in each, so that it does not run behind other steps.
  const columns: string[][] = [];
  const put = (column: number, id: string) => {
    columns[column] = [...(columns[column] ?? []), id];
  };
  for (const id of groups.keys()) put(columnOf.get(id)!, id);
  const chains: { from: string; to: string; ids: string[] }[] = [];
  for (const [to, own] of needs)
    for (const from of own) {
      const passed = range(columnOf.get(from)! + 1, columnOf.get(to)!).map((column) => ({
        column,
        id: `${from} ${to} ${column}`,
      }));
      for (const { column, id } of passed) put(column, id);
      chains.push({ from, to, ids: [from, ...passed.map(({ id }) => id), to] });
    }
  untangle(
    columns,
    chains.flatMap(({ ids }) => ids.slice(1).map((id, at): Link => [ids[at]!, id])),
  );
  const rows = Math.max(...columns.map(({ length }) => length));
  const places = new Map(
    columns.flatMap((ids, column) => ids.map((id, at) => [id, { column, row: rows - ids.length + 2 * at }] as const)),
  );
  return {
    columns: columns.length,
    rows,
    nodes: [...groups].map(([id, own]) => ({ id, steps: own, ...places.get(id)! })),
    edges: chains.map(({ from, to, ids }) => ({ from, to, places: ids.map((id) => places.get(id)!) })),
  };
}

type Needs = ReadonlyMap<string, readonly string[]>;
type Link = readonly [from: string, to: string];

function groupsOf(steps: readonly TimelineStep[]): Map<string, TimelineStep[]> {
  const counts = new Map<string, number>();
  for (const { id } of steps) counts.set(stepOf(id), (counts.get(stepOf(id)) ?? 0) + 1);
  const groups = new Map<string, TimelineStep[]>();
  for (const step of steps) {
    const key = counts.get(stepOf(step.id))! > maxVariants ? stepOf(step.id) : step.id;
    groups.set(key, [...(groups.get(key) ?? []), step]);
  }
  return groups;
}

/** A need names a step of the document, which stands for all its variants. */
function needsOf(groups: ReadonlyMap<string, readonly TimelineStep[]>): Needs {
  const ids = [...groups.keys()];
  return new Map(
    [...groups].map(([id, [first]]) => [id, ids.filter((each) => each !== id && first!.needs.includes(stepOf(each)))]),
  );
}

/** Leaves out what the rest says: a step that waits for one that waits for a third waits for the third, too. */
function withoutDetours(needs: Needs): Map<string, readonly string[]> {
  const known = new Map<string, ReadonlySet<string>>();
  const before = (id: string): ReadonlySet<string> => {
    const found = known.get(id) ?? new Set((needs.get(id) ?? []).flatMap((need) => [need, ...before(need)]));
    known.set(id, found);
    return found;
  };
  return new Map(
    [...needs].map(([id, own]) => [id, own.filter((need) => !own.some((other) => before(other).has(need)))]),
  );
}

function columnsOf(needs: Needs): Map<string, number> {
  const columns = new Map<string, number>();
  const columnOf = (id: string): number => {
    const column = columns.get(id) ?? Math.max(-1, ...(needs.get(id) ?? []).map(columnOf)) + 1;
    columns.set(id, column);
    return column;
  };
  for (const id of needs.keys()) columnOf(id);
  return columns;
}

/** A few passes leave few crossings in graphs of this size. */
const passes = 4;

/** Puts what is linked at about the same height: each place to the mean of its neighbours, from the left and then from the right. */
function untangle(columns: string[][], links: readonly Link[]): void {
  const pass = (order: readonly number[], neighbours: (id: string) => readonly string[]) => {
    for (const column of order) {
      const height = new Map(columns.flatMap((ids) => ids.map((id, at) => [id, at - ids.length / 2] as const)));
      const mean = (id: string) => {
        const near = neighbours(id).map((each) => height.get(each)!);
        return near.length === 0 ? height.get(id)! : near.reduce((sum, each) => sum + each, 0) / near.length;
      };
      columns[column]!.sort((a, b) => mean(a) - mean(b));
    }
  };
  const all = range(0, columns.length);
  for (let count = 0; count < passes; count += 1) {
    pass(all, (id) => links.filter(([, to]) => to === id).map(([from]) => from));
    pass(all.toReversed(), (id) => links.filter(([from]) => from === id).map(([, to]) => to));
  }
}

const range = (from: number, to: number): number[] =>
  Array.from({ length: Math.max(0, to - from) }, (_, index) => from + index);
