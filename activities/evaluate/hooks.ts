import { findLmEval, lmEvalVersion } from '../../services/setup/programs/lm-eval.ts';
import type { HooksOf } from '../engine/deps.ts';
import { rehearseHarness } from './harness/rehearse.ts';

/** What lm_eval measures also depends on its version, which brings its tasks. */
export const evaluateHooks: HooksOf<'evaluate'> = {
  preflight: async (context, plan, pins) => {
    await rehearseHarness(context, plan, pins);
    return {};
  },
  keyOptions: async ({ options }, fixed) =>
    options.harness === undefined ? fixed : { ...(fixed as object), lm_eval: await installedVersion() },
};

async function installedVersion(): Promise<string> {
  const program = findLmEval();
  return program === undefined ? 'absent' : ((await lmEvalVersion(program)) ?? 'unknown');
}
