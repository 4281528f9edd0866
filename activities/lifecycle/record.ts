import { join } from 'node:path';
import { isActivityKind } from '../../core/kinds/registry.ts';
import type { RunState } from '../../core/run/run-state.ts';
import { writeAdapterCard } from '../../services/export/adapter-card.ts';
import { writeDurably } from '../../services/store/durable-files.ts';
import { type Deps, runFolder, stepFolder } from '../engine/deps.ts';

/** Writes the run's own record, which `show` and `ps` use when Temporal no longer has the run. Before that it deletes leftover staging models from Ollama, and writes the card of the tuned model. */
export const record =
  (deps: Deps) =>
  async (state: RunState): Promise<void> => {
    const folder = runFolder(deps, state.runId);
    for (const [id, { uses, state: ended }] of Object.entries(state.steps))
      if (ended !== 'reused' && isActivityKind(uses))
        await deps.hooks[uses]?.removeLeftovers?.(stepFolder(deps, state.runId, id));
    // A run ends as it has ended, also where its card cannot be written.
    await writeAdapterCard(deps.store, folder, state).catch(() => undefined);
    await writeDurably(join(folder, 'run.json'), `${JSON.stringify(state, null, 1)}\n`);
  };
