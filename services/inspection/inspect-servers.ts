import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import type { EndpointFacts, KnownStep, ServerFacts } from '../../core/checks/known.ts';
import { modelsAsked } from '../../core/checks/names/absent-models.ts';
import { endpointId, serversAsked } from '../../core/checks/names/silent-servers.ts';
import { TemperError } from '../../core/errors/temper-error.ts';
import type { ChatModelOption } from '../../core/kinds/options/chat-model.ts';
import { EndpointChat } from '../chat/endpoint-chat.ts';
import { openChat } from '../chat/open-chat.ts';
import { type Home, openHome } from '../machine/home.ts';
import { withoutCredentials } from '../machine/mask.ts';
import { OllamaServer } from '../ollama/server.ts';
import { findRunningOllama } from '../stack/ollama-service.ts';
import { stackState } from '../stack/state.ts';

/** Somebody waits for the plan. */
const patienceMs = 5_000;

/** Asks the servers that the steps will ask what they have, and starts none. Nothing where another machine may work. */
export async function inspectServers(steps: readonly KnownStep[]): Promise<ServerFacts | undefined> {
  if (process.env.TEMPORAL_ADDRESS) return undefined;
  const home = openHome();
  const asked = new Map(serversAsked(steps).map(({ value }) => [endpointId(value), value]));
  const [ollama, endpoints] = await Promise.all([
    modelsAsked(steps).length > 0 ? inspectOllama(home) : undefined,
    Promise.all([...asked].map(async ([id, value]) => [id, await inspectEndpoint(home, value)] as const)),
  ]);
  const known = endpoints.flatMap(([id, facts]) => (facts ? [[id, facts] as const] : []));
  return { ...(ollama ? { ollama } : {}), endpoints: new Map(known) };
}

/** The Ollama that a run would have: the one of the services, the one that they would take, or temper's own by its files. */
async function inspectOllama(home: Home): Promise<ServerFacts['ollama']> {
  const url = (await stackState(home))?.addresses.ollama ?? (await findRunningOllama(process.env)).url;
  if (!url) return { models: await modelsInFolder(join(home.root, 'ollama', 'models')) };
  const models = await new OllamaServer(url).models(AbortSignal.timeout(patienceMs)).catch(() => undefined);
  return models && { at: withoutCredentials(url), models: models.map(({ name }) => name) };
}

/** The names of the models in the folder of an Ollama: `manifests/HOST/PATH/TAG`. */
async function modelsInFolder(folder: string): Promise<string[]> {
  const entries = await readdir(join(folder, 'manifests'), { recursive: true, withFileTypes: true }).catch(() => []);
  return entries.flatMap((entry) => {
    if (!entry.isFile() || entry.name.startsWith('.')) return [];
    const path = entry.parentPath.slice(join(folder, 'manifests').length + 1);
    return [`${path}:${entry.name}`];
  });
}

async function inspectEndpoint(home: Home, option: ChatModelOption): Promise<EndpointFacts | undefined> {
  try {
    const chat = await openChat(option, { ollama: { serving: '' }, secrets: home.secrets });
    if (!(chat instanceof EndpointChat)) return undefined;
    const models = await chat.models(AbortSignal.timeout(2 * patienceMs), patienceMs);
    return models ? { models } : {};
  } catch (error) {
    if (!(error instanceof TemperError)) return undefined;
    const { code, message: said } = error;
    // A key that is not stored is told by its own check.
    return code === 'ENDPOINT_UNREACHABLE' || code === 'ENDPOINT_KEY_REFUSED' || code === 'ENDPOINT_REFUSED'
      ? { code, said }
      : undefined;
  }
}
