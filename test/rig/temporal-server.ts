import { type ChildProcess, spawn } from 'node:child_process';
import { createServer } from 'node:net';
import { Client, Connection } from '@temporalio/client';
import { cacheDir } from '../../services/home.ts';
import { ensureTemporal } from '../../services/setup/temporal.ts';
import { type Settings, settingFlags } from '../../services/stack/temporal-settings.ts';

export interface TestServer {
  address: string;
  namespace: string;
  client: Client;
  stop: () => Promise<void>;
}

/** A port that nobody holds at this moment. */
export async function freePort(): Promise<number> {
  return await new Promise((resolve, reject) => {
    const server = createServer().once('error', reject);
    server.listen(0, '127.0.0.1', () => {
      const address = server.address();
      server.close(() =>
        typeof address === 'object' && address ? resolve(address.port) : reject(new Error('no port')),
      );
    });
  });
}

const polls: Settings = {
  'history.transferProcessorMaxPollRPS': 10_000,
  'history.timerProcessorMaxPollRPS': 10_000,
};

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
  const port = await freePort();
  const namespace = 'temper';
  const args = [
    'server',
    'start-dev',
    '--headless',
    '--ip',
    '127.0.0.1',
    '--port',
    String(port),
    '--namespace',
    namespace,
    '--log-level',
    'error',
  ];
  const attributes = ['TemperPipeline=Keyword', 'TemperBase=Keyword', 'TemperStatus=Keyword', 'TemperScore=Double'];
  const child = spawn(
    path,
    [
      ...args,
      ...(db === undefined ? [] : ['--db-filename', db]),
      ...settingFlags({ ...(stock ? {} : polls), ...settings }),
      ...attributes.flatMap((value) => ['--search-attribute', value]),
    ],
    { stdio: 'ignore' },
  );
  const address = `127.0.0.1:${port}`;
  const connection = await connect(address, child);
  const client = new Client({ connection, namespace });
  return {
    address,
    namespace,
    client,
    stop: async () => {
      await connection.close();
      child.kill('SIGKILL');
      await new Promise((resolve) => child.once('exit', resolve));
    },
  };
}

async function connect(address: string, child: ChildProcess): Promise<Connection> {
  for (let tries = 0; ; tries++) {
    try {
      const connection = await Connection.connect({ address, connectTimeout: '1s' });
      await connection.workflowService.describeNamespace({ namespace: 'temper' });
      return connection;
    } catch (error) {
      if (tries > 100 || child.exitCode !== null) throw error;
      await new Promise((resolve) => setTimeout(resolve, 200));
    }
  }
}
