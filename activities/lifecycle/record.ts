import { join } from 'node:path';
import type { RunState } from '../../core/run/run-state.ts';
import { writeDurably } from '../../services/store/durable-files.ts';
import { type Deps, runFolder, stepFolder } from '../engine/deps.ts';
import { removeLeftModels } from '../quantize/gguf/staging-models.ts';

/** The run's own record: what `show` and `ps` tell after Temporal has forgotten the run. Before it, what steps had to leave in Ollama goes. */
export const record =
  (deps: Deps) =>
  async (state: RunState): Promise<void> => {
    const folder = runFolder(deps, state.runId);
    for (const [id, { uses, state: ended }] of Object.entries(state.steps))
      if (ended !== 'reused' && (uses === 'quantize' || uses === 'import'))
        await removeLeftModels(stepFolder(deps, state.runId, id));
    await writeDurably(join(folder, 'run.json'), `${JSON.stringify(state, null, 1)}\n`);
  };
