import type { RunState } from '../core/run-state.ts';
import { writeDurably } from '../services/durable-files.ts';
import { type Deps, runFolder } from './deps.ts';

/** The run's own record: what `show` and `ps` tell after Temporal has forgotten the run. */
export const record =
  (deps: Deps) =>
  async (state: RunState): Promise<void> => {
    await writeDurably(`${runFolder(deps, state.runId)}/run.json`, `${JSON.stringify(state, null, 1)}\n`);
  };
