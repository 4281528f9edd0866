import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { Client, Connection } from '@temporalio/client';
import { searchAttributeTypes } from '../../../core/run/search-attributes.ts';
import { cacheDir } from '../../../services/machine/home.ts';
import { ensureTemporal } from '../../../services/setup/temporal.ts';
import { type Settings, settingFlags } from '../../../services/stack/temporal-settings.ts';
import { fasterSettings } from '../../../services/temporal/step-time.ts';
import { freePort } from './free-port.ts';

export interface TestServer {
  address: string;
  namespace: string;
  client: Client;
  stop: () => Promise<void>;
}

const polls: Settings = Object.fromEntries(fasterSettings.map((name) => [name, 10_000]));

/**
 * A real Temporal server of this test alone, with temper's search attributes. `stock`: with its own defaults but for
 * `settings`. In memory, or on the file `db`.
 */
export async function startTemporal({
  stock = false,
  settings = {},
  db,
}: {
  stock?: boolean;
  settings?: Settings;
  db?: string;
} = {}): Promise<TestServer> {
  const { path } = await ensureTemporal(cacheDir(), (line) => process.stderr.write(`${line}\n`));
  const options = [
    ...(db === undefined ? [] : ['--db-filename', db]),
    ...settingFlags({ ...(stock ? {} : polls), ...settings }),
    ...attributes.flatMap((value) => ['--search-attribute', value]),
  ];
  const { child, address, connection } = await serve(path, options);
  return {
    address,
    namespace,
    client: new Client({ connection, namespace }),
    stop: async () => {
      await connection.close();
      const ended = child.exitCode !== null || child.signalCode !== null || once(child, 'exit');
      child.kill('SIGKILL');
      await ended;
    },
  };
}

const namespace = 'temper';
const attributes = Object.entries(searchAttributeTypes).map(([name, type]) => `${name}=${type}`);
/** The server listens on ports of its own choice as well, which another program may take between its choice and its use. */
const mostStarts = 3;

async function serve(path: string, options: readonly string[]) {
  for (let starts = 1; ; starts++) {
    const port = `${await freePort()}`;
    const args = ['--headless', '--ip', '127.0.0.1', '--port', port, '--namespace', namespace, '--log-level', 'error'];
    const child = spawn(path, ['server', 'start-dev', ...args, ...options], { stdio: ['ignore', 'ignore', 'pipe'] });
    let said = '';
    child.stderr.setEncoding('utf8').on('data', (text: string) => {
      said = (said + text).slice(-2_000);
    });
    const address = `127.0.0.1:${port}`;
    try {
      return { child, address, connection: await connect(address, child) };
    } catch (error) {
      child.kill('SIGKILL');
      const why = `the Temporal server on ${address} does not answer: ${(error as Error).message}\n${said}`;
      if (child.exitCode === null || starts === mostStarts) throw new Error(why, { cause: error });
      process.stderr.write(`${why}\nstarting another\n`);
    }
  }
}

async function connect(address: string, child: ChildProcess): Promise<Connection> {
  for (let tries = 0; ; tries++) {
    let connection: Connection | undefined;
    try {
      connection = await Connection.connect({ address, connectTimeout: '1s' });
      await connection.workflowService.describeNamespace({ namespace });
      return connection;
    } catch (error) {
      await connection?.close();
      if (tries > 100 || child.exitCode !== null) throw error;
      await new Promise((resolve) => setTimeout(resolve, 200));
    }
  }
}
