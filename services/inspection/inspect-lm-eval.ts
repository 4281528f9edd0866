import type { Known } from '../../core/checks/known.ts';
import { findLmEval, lmEvalVariable } from '../setup/programs/lm-eval.ts';

/** Whether a worker of this machine finds `lm_eval`; nothing where another machine may work. */
export function inspectLmEval(): Known['lmEval'] {
  if (process.env.TEMPORAL_ADDRESS) return undefined;
  const named = process.env[lmEvalVariable];
  return { isFound: findLmEval() !== undefined, ...(named ? { named } : {}) };
}
