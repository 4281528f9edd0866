import { createHash } from 'node:crypto';
import { rmSync } from 'node:fs';
import { connect, createServer, type Server } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';

/** A name that only this process holds on this machine. */
export interface Claim {
  release: () => Promise<void>;
}

/**
 * Claims a name until release or the end of this process; returns undefined if another process holds it. The lock is a
 * listening socket: the kernel frees it with its process, so neither SIGKILL nor a reboot leaves a stale lock. On Linux
 * it is an abstract socket, which has no file and is visible within one network namespace.
 */
export async function claim(name: string): Promise<Claim | undefined> {
  const path = socketOf(name);
  if (path.startsWith('\0')) return await listen(path);
  const first = await listen(path);
  if (first || (await answers(path))) return first;
  rmSync(path, { force: true });
  return await listen(path);
}

/** Whether a process of this machine holds the name. */
export const isClaimed = async (name: string): Promise<boolean> => await answers(socketOf(name));

function socketOf(name: string): string {
  const id = `temper-${process.getuid?.() ?? 0}-${createHash('sha256').update(name).digest('hex').slice(0, 24)}`;
  return process.platform === 'linux' ? `\0${id}` : join(tmpdir(), id);
}

/** Waits until the name is free, and claims it. Calls `waiting` once if it has to wait. */
export async function claimPatiently(
  name: string,
  waiting: () => void = () => {},
  signal?: AbortSignal,
): Promise<Claim> {
  for (let isWaiting = false; ; ) {
    const held = await claim(name);
    if (held) return held;
    if (!isWaiting) waiting();
    isWaiting = true;
    await delay(200, undefined, { signal });
  }
}

function listen(path: string): Promise<Claim | undefined> {
  return new Promise((resolve, reject) => {
    const server: Server = createServer((socket) => socket.destroy());
    server.once('error', (error: NodeJS.ErrnoException) =>
      error.code === 'EADDRINUSE' ? resolve(undefined) : reject(error),
    );
    server.listen({ path, exclusive: true }, () => {
      // A held name must not keep the process alive.
      server.unref();
      resolve({ release: () => new Promise((done) => server.close(() => done())) });
    });
  });
}

const answers = (path: string) =>
  new Promise<boolean>((resolve) => {
    const socket = connect(path);
    socket.once('connect', () => resolve(true)).once('error', () => resolve(false));
    socket.once('connect', () => socket.destroy());
  });
