import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { asTemperError } from '../activities/engine/step-failure.ts';
import { resolveBase } from '../activities/lifecycle/resolve-base.ts';
import { proveRoutes } from '../activities/quantize/shell/prove-plan.ts';
import { refusal } from '../activities/quantize/shell/refusal.ts';
import { trialWords } from '../activities/quantize/shell/trial-words.ts';
import { wantedRoutes } from '../activities/quantize/shell/wanted-routes.ts';
import { isResolved } from '../core/kinds/options/base-source.ts';
import { phaseWords } from '../core/words/phases.ts';
import type { ProveEvent, ProveRequest } from '../protocol/prove.ts';
import { type Home, openHome } from '../services/machine/home.ts';
import { collectDeps } from './deps.ts';
import { inWorkFolder } from './work-folder.ts';

/**
 * Run as: temper prove, with a `ProveRequest` as JSON in its input. Prints one `ProveEvent` per line. It is a process of its
 * own, since the command line does not carry what a worker does.
 */
export async function prove(): Promise<number> {
  const home = openHome();
  return await inWorkFolder(home, 'prove', async (folder, signal) => await answer(home, folder, signal));
}

async function answer(home: Home, folder: string, signal: AbortSignal): Promise<number> {
  try {
    const request = JSON.parse(await text(process.stdin)) as ProveRequest;
    const deps = await collectDeps(home, () => {});
    const context = {
      deps,
      folder,
      logFile: join(folder, 'log.txt'),
      signal,
      log: async () => {},
      progress: ({ phase }: { phase: Parameters<typeof phaseWords>[0] }) =>
        print({ event: 'phase', text: phaseWords(phase) }),
    };
    const wanted = 'plan' in request ? wantedRoutes(request.plan) : [{ ...request.wanted, step: '', isServed: true }];
    const names = [...new Set(wanted.map(({ base }) => base).filter(isResolved))];
    const bases = Object.fromEntries(
      await Promise.all(names.map(async (name) => [name, await resolveBase(deps, name, context)] as const)),
    );
    const proven = await proveRoutes(context, wanted, { files: {}, bases, models: {} });
    for (const { wanted: asked, route, known } of proven) {
      const { step, base, type } = asked;
      const { verdict, engine, reason, problem, architecture, template, ollama, trials } = route;
      print({
        event: 'route',
        ...{ step, base, type: asked.adapter ? 'adapter' : type, verdict, known, architecture, template },
        ...(engine && reason ? { engine, reason } : {}),
        ...(problem === undefined ? {} : { problem }),
        ...(ollama === undefined ? {} : { ollama }),
        ...(verdict === 'refused' ? { remedy: refusal(step, asked, route).remedy } : {}),
        trials: trials.map((trial) => ({ engine: trial.engine, text: trialWords(trial), proofs: trial.proofs })),
      });
    }
    return 0;
  } catch (error) {
    const { code, message, remedy } = asTemperError(error);
    print({ event: 'failed', code, message, remedy });
    return 1;
  }
}

const print = (event: ProveEvent) => process.stdout.write(`${JSON.stringify(event)}\n`);
