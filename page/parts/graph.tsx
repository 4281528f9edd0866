import { type GraphEdge, type GraphNode, stepGraph } from '../../core/report/step-graph.ts';
import type { TimelineStep } from '../../core/report/timeline.ts';
import { useLinks, useWords } from '../words/words.ts';
import { Mark, type ShownState, shownState, stateWords } from './mark.tsx';
import { toldOf } from './told.ts';

/** Of a node in a column, the part that is margin on each side. A need is drawn from edge to edge. */
const margin = 0.08;

/** What comes after what. A phone is too narrow for it, and shows the list of steps alone, which says the same. */
export function GraphPart({ steps }: { steps: readonly TimelineStep[] }) {
  const words = useWords();
  const graph = stepGraph(steps);
  if (!graph) return null;
  const { columns, rows, nodes, edges } = graph;
  const isDone = new Set(nodes.filter((node) => /^(?:succeeded|reused)$/.test(worstOf(node))).map(({ id }) => id));
  return (
    <section class="wide graph-place" aria-label={words.steps.graph} tabindex={0}>
      <div class="graph" style={`--columns:${columns};--rows:${rows}`}>
        <svg viewBox={`0 0 ${columns * 100} ${rows * 100}`} preserveAspectRatio="none" aria-hidden="true">
          {edges.map((edge) => (
            <path class={isDone.has(edge.from) ? 'edge done' : 'edge'} d={pathOf(edge)} />
          ))}
        </svg>
        {nodes.map((node) => (
          <Node {...node} />
        ))}
      </div>
    </section>
  );
}

/** Of several variants the one that a person should know of first. */
const firstToTell: readonly ShownState[] = ['failed', 'asks', 'running', 'blocked', 'cancelled', 'waiting', 'skipped'];
const worstOf = ({ steps }: Pick<GraphNode, 'steps'>): ShownState => {
  const states = steps.map(shownState);
  return firstToTell.find((state) => states.includes(state)) ?? states[0]!;
};

function Node({ id, steps, column, row }: GraphNode) {
  const words = useWords();
  const { run } = useLinks();
  const state = worstOf({ steps });
  const [first] = steps;
  const fraction = steps.length === 1 ? first!.doing?.progress?.fraction : undefined;
  const ended = steps.filter((step) => step.state !== 'waiting' && step.state !== 'running').length;
  const text = steps.length > 1 ? words.steps.variants(ended, steps.length) : stateWords(state, words);
  const took = steps.length === 1 && first!.from !== undefined ? words.format.duration(first!.to! - first!.from) : '';
  const about = steps.map((step) => `${step.id}: ${stateWords(shownState(step), words)}. ${toldOf(step, words).text}`);
  const inside = (
    <>
      <b>
        <Mark state={state} /> {id}
      </b>
      <span class="state">
        {text}
        {fraction !== undefined && ` ${Math.round(fraction * 100)} %`}
      </span>
      <span class="dim">{took}</span>
      {fraction !== undefined && <i class="done" style={`width:${Math.round(fraction * 100)}%`} />}
    </>
  );
  const place = {
    class: `node ${state}`,
    style: `grid-column:${column + 1};grid-row:${row + 1} / span 2`,
    title: about.slice(0, 3).join('\n'),
  };
  // A report leads nowhere.
  return run ? (
    <a {...place} id={`node-${id}`} href={`#step-${first!.id}`}>
      {inside}
    </a>
  ) : (
    <div {...place}>{inside}</div>
  );
}

/** A curve from edge to edge of what it joins. */
function pathOf({ places }: GraphEdge): string {
  const y = (row: number) => (row + 1) * 50;
  const last = places.length - 1;
  return places
    .map(({ column, row }, at) => {
      const [left, right] = [(column + margin) * 100, (column + 1 - margin) * 100];
      if (at === 0) return `M${right} ${y(row)}`;
      const before = places[at - 1]!;
      const middle = column * 100;
      const curve = `C${middle} ${y(before.row)} ${middle} ${y(row)} ${left} ${y(row)}`;
      return at === last ? curve : `${curve}H${right}`;
    })
    .join('');
}
