import type { Client } from '@temporalio/client';
import { connectTemporal } from '../services/connect.ts';
import { type Home, openHome } from '../services/home.ts';
import * as stack from '../services/stack.ts';
import { UserError } from './user-error.ts';

export interface Session {
  home: Home;
  client: Client;
  namespace: string;
  /** Address of Temporal's web pages, where they are known. */
  ui: string | undefined;
  close: () => Promise<void>;
}

/** Connects to the home's Temporal. `start` brings up what is not running; without it a stopped stack is an error that says so. */
export async function openSession(how: { start: boolean }): Promise<Session> {
  const home = openHome();
  if (how.start) await stack.up(home, { report: (line) => process.stderr.write(`${line}\n`) });
  try {
    const { client, namespace, ui, close } = await connectTemporal(home);
    return { home, client, namespace, ui, close };
  } catch (error) {
    throw new UserError(`Temporal does not answer: ${(error as Error).message}\nStart the local services with \`npx temper up\`.`, 1);
  }
}

/** The run's page in Temporal's UI. */
export function runLink(session: Pick<Session, 'ui' | 'namespace'>, runId: string): string | undefined {
  return session.ui ? `${session.ui}/namespaces/${session.namespace}/workflows/${encodeURIComponent(runId)}` : undefined;
}
