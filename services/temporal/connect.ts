import { Client, Connection, type ConnectionOptions } from '@temporalio/client';
import { loadClientConnectConfig } from '@temporalio/envconfig';
import type { Home } from '../machine/home.ts';
import { isAlive } from '../machine/process-mark.ts';
import { isExempt, readProxy } from '../settings/proxies.ts';
import { pathSetting, requireSettings } from '../settings/settings.ts';
import { readState, type StackState, stackState, type TemporalState } from '../stack/state.ts';

export { stackState };

/** Connection options for a client or a worker: `NativeConnection.connect` takes the same ones. */
interface TemporalOptions {
  connectionOptions: ConnectionOptions & { address: string };
  namespace: string;
  /** Base URL of the web UI, if known. */
  ui: string | undefined;
  /** False for a server that the user named. */
  own: boolean;
}

/** A server that the environment names, with the profile and the configuration file for it. */
export interface NamedTemporal extends TemporalOptions {
  profile?: string;
  configFile?: string;
}

export interface TemporalConnection {
  client: Client;
  connection: Connection;
  address: string;
  namespace: string;
  ui: string | undefined;
  own: boolean;
  close: () => Promise<void>;
}

type Environment = Readonly<Record<string, string | undefined>>;

export const temperNamespace = 'temper';

/**
 * The Temporal server that the environment names by an address, a profile or a configuration file; undefined if it names
 * none. A default profile alone does not count: it may be a company's cluster that temper must not use.
 */
export function namedTemporal(env: Environment = process.env): NamedTemporal | undefined {
  if (!env.TEMPORAL_ADDRESS && !env.TEMPORAL_PROFILE && !env.TEMPORAL_CONFIG_FILE) return undefined;
  return fromConfiguration({ env });
}

function fromConfiguration(from: { env: Environment; profile?: string; configFile?: string }) {
  const { env } = from;
  requireSettings(env, ['TEMPORAL_ADDRESS', 'TEMPORAL_CONFIG_FILE', 'TEMPORAL_UI_ADDRESS']);
  const profile = env.TEMPORAL_PROFILE || from.profile;
  const configFile = pathSetting('TEMPORAL_CONFIG_FILE', env) ?? from.configFile;
  const { connectionOptions, namespace } = loadClientConnectConfig({
    ...(profile ? { profile } : {}),
    ...(configFile ? { configSource: { path: configFile } } : {}),
    overrideEnvVars: env as Record<string, string>,
  });
  const address = connectionOptions.address;
  if (!address)
    throw new Error(
      `the Temporal profile ${profile ?? 'default'} has no address; set TEMPORAL_ADDRESS or add \`address\` to the profile`,
    );
  return {
    connectionOptions: { ...connectionOptions, address },
    namespace: namespace && namespace !== 'default' ? namespace : temperNamespace,
    ui: env.TEMPORAL_UI_ADDRESS?.replace(/\/$/, ''),
    own: false,
    ...(profile ? { profile } : {}),
    ...(configFile ? { configFile } : {}),
  };
}

/** How to reach Temporal: the server that the environment names, or else that of the running stack. Throws if there is none. */
export async function temporalOptions(
  home: Pick<Home, 'stateFile'>,
  env: Environment = process.env,
): Promise<TemporalOptions> {
  const named = namedTemporal(env);
  if (named) return named;
  const state = await readState(home);
  if (!state?.addresses.temporal || isGone(state)) throw new Error('the local services are not running');
  return optionsOf(state.temporal, state.addresses, env);
}

/** The state file outlives a reboot or a kill, and the server may outlive its supervisor. */
function isGone(state: StackState): boolean {
  const server = state.services.temporal?.process;
  return state.temporal.own && !isAlive(state.supervisor) && !(server && isAlive(server));
}

function optionsOf(
  temporal: TemporalState,
  addresses: { temporal: string; temporalUi?: string },
  env: Environment,
): TemporalOptions {
  if (!temporal.own && (temporal.profile || temporal.configFile)) {
    const { profile, configFile } = temporal;
    return fromConfiguration({ env, ...(profile ? { profile } : {}), ...(configFile ? { configFile } : {}) });
  }
  return {
    connectionOptions: { address: addresses.temporal },
    namespace: temporal.namespace,
    ui: addresses.temporalUi,
    own: temporal.own,
  };
}

/** Connects to the home's Temporal. Throws after 5 s if nothing answers. */
export async function connectTemporal(
  home: Pick<Home, 'stateFile'>,
  env: Environment = process.env,
): Promise<TemporalConnection> {
  const { connectionOptions, namespace, ui, own } = await temporalOptions(home, env);
  const connection = await connect(connectionOptions, '5s', env);
  return {
    client: new Client({ connection, namespace }),
    connection,
    address: connectionOptions.address,
    namespace,
    ui,
    own,
    close: () => connection.close(),
  };
}

/**
 * Connects to a server, which the environment's proxy is asked for only where it is not exempt. grpc-js itself knows neither
 * all forms of exemptions nor `NO_PROXY`, and would ask a proxy for this machine's own server.
 */
export async function connect(
  options: ConnectionOptions & { address: string },
  connectTimeout: `${number}s`,
  env: Environment = process.env,
): Promise<Connection> {
  const channelArgs = { ...options.channelArgs, 'grpc.enable_http_proxy': isProxied(options.address, env) ? 1 : 0 };
  return await Connection.connect({ connectTimeout, ...options, channelArgs });
}

/** grpc-js reads proxies in lower case alone, and only those that speak HTTP. */
function isProxied(address: string, env: Environment): boolean {
  const reading = readProxy(env.grpc_proxy || env.https_proxy || env.http_proxy || '');
  const url = `https://${address}`;
  return (
    'value' in reading && reading.value.startsWith('http://') && !(URL.canParse(url) && isExempt(new URL(url), env))
  );
}
