import { TemperError } from '../../../core/errors/temper-error.ts';
import { baseSource } from '../../../core/kinds/options/base-source.ts';
import type { Plan } from '../../../core/run/plan.ts';
import type { PinnedRoute, Pins } from '../../../protocol/activities.ts';
import { OllamaServer } from '../../../services/ollama/server.ts';
import { baseIdentity } from '../../bases/base-identity.ts';
import { openGgufBase } from '../../bases/gguf-base.ts';
import type { WorkContext } from '../../engine/deps.ts';
import { baseInOllama } from '../../import/base-in-ollama.ts';
import { runTrainer } from '../../process/run-trainer.ts';
import { findRoute } from './find-route.ts';
import { refusal } from './refusal.ts';
import type { Route } from './route.ts';
import { identityOfFolder } from './route-key.ts';
import { type WantedInPlan, wantedRoutes } from './wanted-routes.ts';

export interface ProvenRoute {
  wanted: WantedInPlan;
  route: Route;
  /** It was found in the store. */
  known: boolean;
}

/** Proves one training after another, and returns the routes that were found. */
export async function proveRoutes(
  context: WorkContext,
  all: readonly WantedInPlan[],
  pins: Pins,
): Promise<ProvenRoute[]> {
  const proven: ProvenRoute[] = [];
  for (const wanted of all) {
    const base = await openable(context, wanted.base, pins);
    if (!base) continue;
    const onBase = wanted.adapter ? await baseOfAdapter(context, wanted, pins) : {};
    const found = await findRoute(context, wanted, { ...base, ...onBase }).catch((error: unknown) => ({
      route: withoutHub(error),
      known: false,
    }));
    proven.push({ wanted, ...found });
  }
  return proven;
}

/** Refuses a plan whose models could not be served, before anything is trained. Returns the routes for the run's pins. */
export async function pinRoutes(context: WorkContext, plan: Plan, pins: Pins): Promise<PinnedRoute[]> {
  const proven = await proveRoutes(context, wantedRoutes(plan), pins);
  const refused = proven.find(({ route }) => route.verdict === 'refused');
  if (refused) throw refusal(refused.wanted.step, refused.wanted, refused.route);
  return await Promise.all(
    proven.map(async ({ wanted, route }): Promise<PinnedRoute> => {
      const { base, type, engine: asked } = wanted;
      const digest = await baseIdentity(context.deps, base, pins);
      const { engine, reason, problem, template, ollama, trials } = route;
      const shown = trials.at(-1)?.shown;
      return {
        base: digest,
        template,
        type,
        asked,
        ...(engine && reason ? { engine, reason } : {}),
        ...(problem === undefined ? {} : { problem }),
        ...(ollama === undefined ? {} : { ollama }),
        ...(shown === undefined ? {} : { shown }),
      };
    }),
  );
}

/**
 * Asked each time, also where the route is known: the base may be gone from Ollama. Its template and system message there
 * decide too, so the route is that of this very model. Throws WRONG_BASE or MODEL_NOT_IN_OLLAMA.
 */
async function baseOfAdapter({ deps, signal }: WorkContext, { base, adapter }: WantedInPlan, pins: Pins) {
  const identity = await baseIdentity(deps, base, pins);
  const server = new OllamaServer(deps.ollama.serving);
  const inOllama = await baseInOllama(server, { name: base, identity, onto: adapter?.onto }, signal);
  return { identity: `${identity} in ${(await server.find(inOllama.name, signal))?.digest}`, inOllama };
}

/** A Hub that is away keeps no run from beginning: the training waits for it. */
function withoutHub(error: unknown): Route {
  if (!(error instanceof TemperError) || (error.code !== 'HUB_UNREACHABLE' && error.code !== 'HUB_FORBIDDEN'))
    throw error;
  return { verdict: 'unknown', problem: error.message, template: null, architecture: null, trials: [] };
}

/** A folder that is not there is reported where it is pinned. */
const localBase = async (path: string) =>
  await identityOfFolder(path).then(
    (identity) => ({ identity, open: async () => path }),
    () => undefined,
  );

/** What identifies a base, and how its settings and tokenizer come to this disk; undefined for a folder that is not there. */
async function openable(context: WorkContext, base: string, pins: Pins) {
  const source = baseSource(base);
  if (source.from === 'folder') return await localBase(source.path);
  const identity = await baseIdentity(context.deps, base, pins);
  if (source.from === 'gguf' || source.from === 'ollama')
    return { identity, open: async () => (await openGgufBase(context, base, pins)).path };
  const { from, name, revision = null } = source;
  const pinned = pins.bases[base]?.revision ?? null;
  const open = async () =>
    from === 'hub'
      ? await runTrainer(context, 'fetch', { action: 'settings', name, revision: pinned })
      : await runTrainer(context, 'modelscope', { action: 'settings', name, revision, files_digest: pinned });
  return { identity, open: async () => (await open()).path! };
}
