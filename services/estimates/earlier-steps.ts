import { join } from 'node:path';
import type { EarlierStep } from '../../core/estimates/earlier.ts';
import { isHandle } from '../../core/handles.ts';
import type { LedgerLine } from '../../core/run/attempts.ts';
import { readLedger } from '../runs/attempt-ledger.ts';
import { readLatest } from '../store/previous-results.ts';

/** Folders of a home. */
interface Folders {
  runs: string;
  store: string;
}

/** Reads what the newest earlier run of each step took. Steps that never ran here are absent. */
export async function earlierSteps(
  { runs, store }: Folders,
  pipeline: string,
  steps: readonly string[],
): Promise<ReadonlyMap<string, EarlierStep>> {
  const found = await Promise.all(
    steps.map(async (step) => {
      const latest = await readLatest(store, { pipeline, step });
      if (!latest) return undefined;
      const lines = await readLedger(join(runs, latest.runId, 'steps', latest.step, 'attempts.jsonl'));
      const taken = takenIn(lines);
      if (!taken) return undefined;
      const { outputs, runId: run } = latest;
      const disk = Object.values(outputs).reduce<number>((sum, each) => sum + (isHandle(each) ? each.size : 0), 0);
      const numbers = Object.entries(outputs).filter((each): each is [string, number] => typeof each[1] === 'number');
      return [step, { run, ...taken, disk, outputs: Object.fromEntries(numbers) }] as const;
    }),
  );
  return new Map(found.filter((each) => each !== undefined));
}

/** The work of all attempts up to the one that succeeded, and the most memory that one of them took. */
function takenIn(lines: readonly LedgerLine[]): { seconds: number; memory?: number } | undefined {
  let [worked, memory, started, last] = [0, 0, 0, 0];
  let hasSucceeded = false;
  for (const line of lines) {
    const at = Date.parse(line.at);
    if (line.event === 'started') started = at;
    else if (line.event === 'ended') {
      if (line.how === 'reused') continue;
      worked += Math.max(0, (line.how === 'lost' ? last : at) - started - (line.waited ?? 0));
      memory = Math.max(memory, line.memory ?? 0);
      hasSucceeded ||= line.how === 'succeeded';
    }
    last = at;
  }
  return hasSucceeded ? { seconds: worked / 1000, ...(memory > 0 ? { memory } : {}) } : undefined;
}
