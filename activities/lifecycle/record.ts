import { join } from 'node:path';
import { isActivityKind } from '../../core/kinds/registry.ts';
import type { RunState } from '../../core/run/run-state.ts';
import { writeDurably } from '../../services/store/durable-files.ts';
import { type Deps, runFolder, stepFolder } from '../engine/deps.ts';

/** The run's own record: what `show` and `ps` tell after Temporal has forgotten the run. Before it, what steps had to leave in Ollama goes. */
export const record =
  (deps: Deps) =>
  async (state: RunState): Promise<void> => {
    const folder = runFolder(deps, state.runId);
    for (const [id, { uses, state: ended }] of Object.entries(state.steps))
      if (ended !== 'reused' && isActivityKind(uses))
        await deps.hooks[uses]?.removeLeftovers?.(stepFolder(deps, state.runId, id));
    await writeDurably(join(folder, 'run.json'), `${JSON.stringify(state, null, 1)}\n`);
  };
