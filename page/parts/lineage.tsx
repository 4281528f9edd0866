import { shortDigest } from '../../core/digest.ts';
import type { LineageNode } from '../../core/lineage.ts';
import type { ModelLineage } from '../../core/report/run-view.ts';
import { useWords } from '../words/words.ts';

/** Where the models of a run came from, from Ollama's digest down to the rows. */
export function LineagePart({ models }: { models: readonly ModelLineage[] }) {
  const { lineage: words } = useWords();
  if (models.length === 0) return <p class="dim">{words.none}</p>;
  return (
    <>
      <p class="dim">{words.intro}</p>
      {models.map(({ step, name, digest, from }) => (
        <ul class="tree">
          <li>
            <b>{words.importedAs(name)}</b> <code>{shortDigest(digest)}</code> <span class="dim">{step}</span>
            <Nodes nodes={from} />
          </li>
        </ul>
      ))}
    </>
  );
}

const Nodes = ({ nodes }: { nodes: readonly LineageNode[] }) =>
  nodes.length === 0 ? null : (
    <ul>
      {nodes.map((node) => (
        <Node {...node} />
      ))}
    </ul>
  );

function Node({ what, digest, name, made, state, from }: LineageNode) {
  const { lineage: words } = useWords();
  return (
    <li>
      <b>{what}</b> {digest.startsWith('sha256:') && <code title={digest}>{shortDigest(digest)}</code>} {name}{' '}
      {made?.summary}{' '}
      {made && (
        <span class="dim">
          {made.run}/{made.step}
        </span>
      )}
      {state && <span class="dim"> ({words.states[state]})</span>}
      <Nodes nodes={from} />
    </li>
  );
}
