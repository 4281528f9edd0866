import { basename, dirname } from 'node:path';
import type { Connection } from '@temporalio/client';
import type { Home } from '../machine/home.ts';
import { serverEnvironment } from '../settings/child-environment.ts';
import type { Found } from '../setup/context.ts';
import { connect } from '../temporal/connect.ts';
import { ensureNamespace, searchAttributeFlags } from '../temporal/namespace.ts';
import { type HeldPort, holdPort, isFree, listensOn } from './ports.ts';
import { serverGrace } from './process-group.ts';
import type { ServiceSpec } from './service.ts';
import { settingFlags, temporalSettings } from './temporal-settings.ts';

/** Commits are synced to disk, so a power cut loses nothing. */
const durable = ['--sqlite-pragma', 'journal_mode=WAL', '--sqlite-pragma', 'synchronous=FULL'];

export interface TemporalService {
  spec: ServiceSpec;
  release: () => Promise<void>;
}

/** Temporal's development server with its web pages, on a file of the home. */
export function temporalService(options: {
  home: Home;
  program: Found;
  log: string;
  namespace: string;
  usualPort: number;
  /** Called before a start on another address than the last one. */
  onAddress: (address: { grpc: string; ui: string }) => void;
}): TemporalService {
  const { home, program, log, namespace } = options;
  let ports: [HeldPort, HeldPort] | undefined;
  const release = async () => {
    for (const held of ports ?? []) await held.release();
    ports = undefined;
  };
  let connection: Connection | undefined;
  return {
    release: async () => {
      await connection?.close().catch(() => {});
      await release();
    },
    spec: {
      name: 'temporal',
      log,
      version: program.version,
      cwd: dirname(home.temporalDb),
      startLimit: 90_000,
      stopGrace: serverGrace,
      launch: async () => {
        if (ports && !((await isFree(ports[0].port)) && (await isFree(ports[1].port)))) await release();
        if (!ports) {
          const grpc = await holdPort(options.usualPort);
          ports = [grpc, await holdPort(options.usualPort + 1_000)];
          options.onAddress({ grpc: `127.0.0.1:${grpc.port}`, ui: `http://127.0.0.1:${ports[1].port}` });
        }
        const [grpc, ui] = ports.map(({ port }) => port) as [number, number];
        const where = [
          '--ip',
          '127.0.0.1',
          '--port',
          `${grpc}`,
          '--ui-port',
          `${ui}`,
          // A name alone: the server takes `#`, `?` and `%` of a path for parts of an address, and would keep its data elsewhere.
          '--db-filename',
          basename(home.temporalDb),
        ];
        return {
          program: program.path,
          args: [
            'server',
            'start-dev',
            ...where,
            '--namespace',
            namespace,
            ...searchAttributeFlags.flatMap((flag) => ['--search-attribute', flag]),
            ...settingFlags(temporalSettings(home.temporalDb)),
            ...durable,
          ],
          env: serverEnvironment(process.env),
          address: `127.0.0.1:${grpc}`,
        };
      },
      answers: async (pid) => {
        const [grpc, ui] = ports!;
        if (!listensOn(pid, grpc.port) || !listensOn(pid, ui.port)) return false;
        await connection?.close().catch(() => {});
        connection = await connect({ address: `127.0.0.1:${grpc.port}` }, '5s');
        await ensureNamespace(connection, namespace, true);
        return true;
      },
    },
  };
}
