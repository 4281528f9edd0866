import { Client, Connection, type ConnectionOptions } from '@temporalio/client';
import { loadClientConnectConfig } from '@temporalio/envconfig';
import type { Home } from '../machine/home.ts';
import { isAlive } from '../machine/process-mark.ts';
import { readState, type StackState, stackState, type TemporalState } from '../stack/state.ts';

export { stackState };

/** What both a client and a worker need: `NativeConnection.connect` takes the same options. */
export interface TemporalOptions {
  connectionOptions: ConnectionOptions & { address: string };
  namespace: string;
  /** Base URL of the web pages, where it is known. */
  ui: string | undefined;
  /** False for a server that the person named. */
  own: boolean;
}

/** A server that the person's environment names, and the profile and file that say how to reach it. */
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
 * The Temporal server that the person names, by an address, a profile or a configuration file in the environment. A
 * default profile alone does not count: it may be a company's cluster that has nothing to do with temper.
 */
export function namedTemporal(env: Environment = process.env): NamedTemporal | undefined {
  if (!env.TEMPORAL_ADDRESS && !env.TEMPORAL_PROFILE && !env.TEMPORAL_CONFIG_FILE) return undefined;
  return fromConfiguration({ env });
}

function fromConfiguration(from: { env: Environment; profile?: string; configFile?: string }) {
  const { env } = from;
  const profile = env.TEMPORAL_PROFILE || from.profile;
  const configFile = env.TEMPORAL_CONFIG_FILE || from.configFile;
  const { connectionOptions, namespace } = loadClientConnectConfig({
    ...(profile ? { profile } : {}),
    ...(configFile ? { configSource: { path: configFile } } : {}),
    overrideEnvVars: env as Record<string, string>,
  });
  const address = connectionOptions.address;
  if (!address)
    throw new Error(
      `the Temporal profile ${profile ?? 'default'} gives no address; set TEMPORAL_ADDRESS or add \`address\` to the profile`,
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

/** How to reach Temporal: the server that the environment names, else the one the running stack stands on. */
export async function temporalOptions(
  home: Pick<Home, 'stateFile'>,
  env: Environment = process.env,
): Promise<TemporalOptions> {
  const named = namedTemporal(env);
  if (named) return named;
  const state = await readState(home);
  if (!state?.addresses.temporal || isGone(state)) throw new Error('the local services are not up');
  return optionsOf(state.temporal, state.addresses, env);
}

/** After a reboot or a kill the state still lies there; the server may outlive its supervisor. */
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

/** A connected client of the home's Temporal; throws within a few seconds where nothing answers. */
export async function connectTemporal(
  home: Pick<Home, 'stateFile'>,
  env: Environment = process.env,
): Promise<TemporalConnection> {
  const { connectionOptions, namespace, ui, own } = await temporalOptions(home, env);
  const connection = await Connection.connect({ connectTimeout: '5s', ...connectionOptions });
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
