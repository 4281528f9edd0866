import { readdirSync, readFileSync, readlinkSync } from 'node:fs';
import { connect, createServer } from 'node:net';
import { type Claim, claim, isClaimed } from '../machine/claim.ts';
import { requireSettings } from '../settings/settings.ts';

const host = '127.0.0.1';

const usualOllamaPort = 11434;

/** How many ports above the usual one are tried. */
const reach = 200;

export interface HeldPort {
  port: number;
  release: () => Promise<void>;
}

/**
 * The first port from `usual` upwards that nobody listens on and no other stack of temper has chosen. The claim lasts
 * until it is released: two stacks that start at once would both see a port free until one of them listens.
 */
export async function holdPort(usual: number): Promise<HeldPort> {
  for (let port = usual; port < usual + reach; port++) {
    const held = await claimPort(port);
    if (!held) continue;
    if (await isFree(port)) return { port, release: held.release };
    await held.release();
  }
  throw new Error(`every port from ${usual} to ${usual + reach - 1} is taken`);
}

/** True while a stack of temper, of whichever home, has chosen this port for a server of its own. */
export const isClaimedByTemper = async (port: number): Promise<boolean> => await isClaimed(nameOf(port));

const nameOf = (port: number) => `port ${port}`;
const claimPort = (port: number): Promise<Claim | undefined> => claim(nameOf(port));

/** On some systems a port can be bound on one address though another listens on all, so both sides are asked. */
export async function isFree(port: number): Promise<boolean> {
  const answered = await new Promise<boolean>((resolve) => {
    const socket = connect({ port, host, timeout: 1_000 });
    const end = (answer: boolean) => () => {
      socket.destroy();
      resolve(answer);
    };
    socket.once('connect', end(true)).once('error', end(false)).once('timeout', end(true));
  });
  if (answered) return false;
  return await new Promise((resolve) => {
    const server = createServer();
    server.once('error', () => resolve(false));
    server.listen({ port, host, exclusive: true }, () => server.close(() => resolve(true)));
  });
}

/**
 * Whether this very process listens on the port: a server that found its port taken may still be dying while another one
 * answers there. True where the system does not tell.
 */
export function listensOn(pid: number, port: number): boolean {
  if (process.platform !== 'linux') return true;
  try {
    const wanted = `:${port.toString(16).toUpperCase().padStart(4, '0')}`;
    const listening = new Set<string>();
    for (const table of ['/proc/net/tcp', '/proc/net/tcp6']) {
      for (const line of readFileSync(table, 'utf8').split('\n').slice(1)) {
        const fields = line.trim().split(/\s+/);
        if (fields[3] === '0A' && fields[1]?.endsWith(wanted)) listening.add(`socket:[${fields[9]}]`);
      }
    }
    return readdirSync(`/proc/${pid}/fd`).some((fd) => {
      try {
        return listening.has(readlinkSync(`/proc/${pid}/fd/${fd}`));
      } catch {
        return false; // closed meanwhile
      }
    });
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EACCES';
  }
}

/** `TEMPER_PORT_BASE` moves every usual port, for somebody who runs several homes. */
export function usualPort(service: 'temporal' | 'ollama'): number {
  requireSettings(process.env, ['TEMPER_PORT_BASE']);
  const base = Number(process.env.TEMPER_PORT_BASE);
  if (base > 0) return service === 'temporal' ? base : base + 500;
  return service === 'temporal' ? 7233 : usualOllamaPort;
}
