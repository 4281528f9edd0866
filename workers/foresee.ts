import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { asTemperError } from '../activities/engine/step-failure.ts';
import { decideReuse } from '../activities/lifecycle/decide-reuse.ts';
import { resolvePins } from '../activities/lifecycle/resolve-pins.ts';
import { expandPlan } from '../core/run/expand-matrix.ts';
import type { ForeseeAnswer, ForeseeRequest } from '../protocol/foresee.ts';
import { type Home, openHome } from '../services/machine/home.ts';
import { collectDeps } from './deps.ts';
import { inWorkFolder } from './work-folder.ts';

/**
 * Run as: temper foresee, with a `ForeseeRequest` as JSON in its input. Decides as the first activity of a run does, and
 * records nothing. It is a process of its own, since the command line does not carry what a worker does.
 */
export async function foresee(): Promise<number> {
  const home = openHome();
  return await inWorkFolder(home, 'foresee', async (folder, signal) => await answer(home, folder, signal));
}

async function answer(home: Home, folder: string, signal: AbortSignal): Promise<number> {
  try {
    const { plan } = JSON.parse(await text(process.stdin)) as ForeseeRequest;
    const deps = await collectDeps(home, () => {});
    const trainer = { deps, folder, logFile: join(folder, 'log.txt'), signal, progress: () => {} };
    const left: Record<string, { code: string; message: string }> = {};
    const pins = await resolvePins(deps, plan, trainer, (step, error) => {
      const { code, message } = asTemperError(error);
      left[step] = { code, message };
    });
    const { reused, because } = await decideReuse(deps, { plan, runId: 'none' }, pins);
    const decided = expandPlan(plan).flatMap(({ id }) => {
      const reason = reused[id]?.because ?? because[id];
      if (!reused[id] && !because[id]) return [];
      return [[id, { reused: reused[id] !== undefined, ...(reason ? { because: reason } : {}) }] as const];
    });
    print({ event: 'foreseen', steps: Object.fromEntries(decided), left });
    return 0;
  } catch (error) {
    const { code, message } = asTemperError(error);
    print({ event: 'failed', code, message });
    return 1;
  }
}

const print = (answer: ForeseeAnswer) => process.stdout.write(`${JSON.stringify(answer)}\n`);
