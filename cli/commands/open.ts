import { randomBytes } from 'node:crypto';
import type { AddressInfo } from 'node:net';
import { serve } from '@hono/node-server';
import { openHome } from '../../services/machine/home.ts';
import { openInBrowser } from '../../services/machine/open-in-browser.ts';
import { printJson } from '../json/print-json.ts';
import { HomeSource } from '../page/home-source.ts';
import { pageApp } from '../page/page-app.ts';
import { resolveRun } from '../runs/resolve-run.ts';
import { UserError } from '../user-error.ts';

interface OpenOptions {
  port?: string;
  browser: boolean;
  json?: boolean;
}

/** Serves the page of this home to this machine alone, until Ctrl-C. */
export async function open(text: string | undefined, options: OpenOptions): Promise<number> {
  const port = portOf(options.port);
  const source = new HomeSource(openHome());
  const run = text === undefined ? undefined : await resolveRun(source.home.runs, text, await source.sessions.get());
  const token = randomBytes(24).toString('base64url');
  let actual = port;
  const app = pageApp(source, { token, port: () => actual });
  const server = serve({ fetch: app.fetch, hostname: '127.0.0.1', port });
  await new Promise<void>((resolve, reject) => {
    server.once('listening', resolve);
    server.once('error', (error: NodeJS.ErrnoException) =>
      reject(
        error.code === 'EADDRINUSE'
          ? new UserError(`port ${port} is in use`, { hint: 'name another one with `--port`', exitCode: 1 })
          : error,
      ),
    );
  });
  actual = (server.address() as AddressInfo).port;
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

function hints(port: number, isElsewhere: boolean): string {
  const tunnel = `hint: on your own machine: \`ssh -L ${port}:127.0.0.1:${port} HOST\`, then the link\n`;
  const whose = 'hint: whoever has this link can steer the runs of this home; Ctrl-C closes the page\n';
  return isElsewhere ? whose + tunnel : whose;
}

function portOf(given: string | undefined): number {
  const port = Number(given ?? 0);
  if (Number.isInteger(port) && port >= 0 && port < 65_536) return port;
  throw new UserError(`--port must be a whole number below 65536, got "${given}"`);
}
