import type { AddressInfo } from 'node:net';
import { type ServerType, serve } from '@hono/node-server';
import { openHome } from '../../services/machine/home.ts';
import { openInBrowser } from '../../services/machine/open-in-browser.ts';
import { printJson } from '../json/print-json.ts';
import { HomeSource } from '../page/home-source.ts';
import { pageApp } from '../page/page-app.ts';
import { readPageLink, writePageLink } from '../page/page-link.ts';
import { resolveRun } from '../runs/resolve-run.ts';
import { UserError } from '../user-error.ts';

interface OpenOptions {
  port?: string;
  browser: boolean;
  json?: boolean;
}

/** Serves the page of this home to this machine alone, until Ctrl-C. */
export async function open(text: string | undefined, options: OpenOptions): Promise<number> {
  const asked = portOf(options.port);
  const home = openHome();
  const source = new HomeSource(home);
  const run = text === undefined ? undefined : await resolveRun(home.runs, text, await source.sessions.get());
  const { token, port: before } = await readPageLink(home);
  let actual = 0;
  const { fetch } = pageApp(source, { token, port: () => actual });
  // The port of last time, so that pages that are still open find their server again.
  const server =
    (asked === undefined && before !== undefined && (await listening(fetch, before))) ||
    (await listening(fetch, asked ?? 0));
  if (!server) throw new UserError(`port ${asked} is in use`, { hint: 'name another one with `--port`', exitCode: 1 });
  actual = (server.address() as AddressInfo).port;
  await writePageLink(home, { token, port: actual });
  const path = run === undefined ? '' : `runs/${encodeURIComponent(run)}`;
  const link = `http://127.0.0.1:${actual}/${token}/${path}`;
  const isElsewhere = Boolean(process.env.SSH_CONNECTION);
  if (options.json) printJson('open', { link });
  else process.stdout.write(`${link}\n${hints(actual, isElsewhere)}`);
  if (options.browser && !isElsewhere) await openInBrowser(link);
  await new Promise<void>((resolve) => {
    process.once('SIGINT', resolve);
    process.once('SIGTERM', resolve);
  });
  server.close();
  if ('closeAllConnections' in server) server.closeAllConnections();
  await source.close();
  return 0;
}

/** The server, once it listens on this machine alone; undefined where the port is taken. */
async function listening(fetch: ReturnType<typeof pageApp>['fetch'], port: number): Promise<ServerType | undefined> {
  const server = serve({ fetch, hostname: '127.0.0.1', port });
  return await new Promise((resolve, reject) => {
    server.once('listening', () => resolve(server));
    server.once('error', (error: NodeJS.ErrnoException) =>
      error.code === 'EADDRINUSE' ? resolve(undefined) : reject(error),
    );
  });
}

function hints(port: number, isElsewhere: boolean): string {
  const tunnel = `hint: on your own machine: \`ssh -L ${port}:127.0.0.1:${port} HOST\`, then the link\n`;
  const whose = 'hint: whoever has this link can steer the runs of this home; Ctrl-C closes the page\n';
  return isElsewhere ? whose + tunnel : whose;
}

function portOf(given: string | undefined): number | undefined {
  if (given === undefined) return undefined;
  const port = Number(given);
  if (Number.isInteger(port) && port >= 0 && port < 65_536) return port;
  throw new UserError(`--port must be a whole number below 65536, got "${given}"`);
}
