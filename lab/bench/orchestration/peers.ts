import { execFile } from 'node:child_process';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { chains } from './peer-chains.ts';

/** The time of a chain of empty steps in another tool, or the reason for no time. */
export interface Peer {
  name: string;
  version?: string;
  ms_per_step?: number;
  /** What was timed. */
  measured?: string;
  absent?: string;
}

const run = promisify(execFile);

/** Measures every known tool whose program is on PATH; installs nothing. */
export async function measurePeers(steps: number): Promise<Peer[]> {
  const peers: Peer[] = [];
  for (const chain of chains) {
    const version = await run(chain.program, chain.versionArgs, { timeout: 60_000 }).then(
      ({ stdout, stderr }) => /\d+(?:\.\d+)+/.exec(stdout + stderr)?.[0] ?? 'unknown',
      () => undefined,
    );
    if (version === undefined) peers.push({ name: chain.name, absent: 'not installed' });
    else peers.push({ name: chain.name, version, ...(await measure(chain, steps)) });
  }
  return peers;
}

async function measure(chain: (typeof chains)[number], steps: number): Promise<Omit<Peer, 'name'>> {
  const folder = await mkdtemp(join(tmpdir(), 'temper-bench-peer-'));
  // The tool must not use the state and settings of the user.
  const env = { ...process.env, HOME: join(folder, 'home'), NO_COLOR: '1', ...chain.env?.(folder) };
  try {
    await mkdir(env.HOME);
    for (const [name, text] of Object.entries(chain.files(steps))) await writeFile(join(folder, name), text);
    const call = async ([program, ...args]: readonly string[]) =>
      await run(program!, args, { cwd: folder, env, timeout: 600_000, maxBuffer: 64 << 20 });
    for (const command of chain.before ?? []) await call(command);
    const started = performance.now();
    const { stdout } = await call(chain.command);
    const whole = performance.now() - started;
    const ms = chain.printsSeconds ? Number(/^seconds (\S+)$/m.exec(stdout)?.[1]) * 1000 : whole;
    if (!Number.isFinite(ms)) return { absent: `it ran, but printed no time:\n${stdout.slice(-300)}` };
    return { ms_per_step: ms / steps, measured: chain.measured };
  } catch (error) {
    return { absent: `it failed: ${(error as Error).message.trim().slice(-300)}` };
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}
