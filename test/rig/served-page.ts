import type { AddressInfo } from 'node:net';
import { serve } from '@hono/node-server';
import { pageApp } from '../../cli/page/page-app.ts';
import type { PageSource } from '../../cli/page/page-source.ts';
import { ensureBuilt } from '../../scripts/build.mjs';

/** The page of a source, on a port of its own. */
export async function servePage(source: PageSource): Promise<{ link: string; stop: () => void }> {
  // The page's script is a part of dist/.
  await ensureBuilt();
  let port = 0;
  const { fetch } = pageApp(source, { token: 'token', port: () => port });
  const server = serve({ fetch, hostname: '127.0.0.1', port });
  await new Promise<void>((resolve) => server.once('listening', resolve));
  port = (server.address() as AddressInfo).port;
  return {
    link: `http://127.0.0.1:${port}/token`,
    stop: () => {
      if ('closeAllConnections' in server) server.closeAllConnections();
      server.close();
    },
  };
}
