import type { BaseFacts } from './base-facts.ts';
import { findIncompleteBases } from './bases/incomplete-bases.ts';
import { findUnfitBases } from './bases/unfit-bases.ts';
import { findUnfitGgufs } from './bases/unfit-ggufs.ts';
import type { Finding } from './finding.ts';
import { type Known, knownSteps } from './known.ts';

interface Use {
  template?: string;
  type: string;
  engine: string;
}

/** Why no model could be trained on a base that no document names, or not be converted as asked. Warnings are left out. */
export function problemsOfBase(base: string, facts: BaseFacts, { template, type, engine }: Use): Finding[] {
  const train = { base, ...(template === undefined ? {} : { template }) };
  const steps = [
    { id: 'train', uses: 'train', with: train },
    { id: 'gguf', uses: 'quantize', with: { type, engine } },
  ] as unknown as Parameters<typeof knownSteps>[0]['steps'];
  const known: Known = {
    steps: knownSteps({ steps }),
    documents: [],
    now: 0,
    files: new Map(),
    bases: new Map([[base, facts]]),
    foldersBeside: new Set(),
    machine: {},
  };
  return [findIncompleteBases, findUnfitBases, findUnfitGgufs]
    .flatMap((check) => check(known))
    .filter(({ level, reason }) => level !== 'warning' && !needsWeights.has(reason));
}

/** Of a folder without weights it can be proven all the same how its models are converted. */
const needsWeights: ReadonlySet<string> = new Set(['no-weights', 'missing-weights']);
