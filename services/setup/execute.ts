import { spawn } from 'node:child_process';
import { accessSync, constants, statSync } from 'node:fs';
import { delimiter, join } from 'node:path';

export interface Executed {
  code: number | null;
  stdout: string;
  stderr: string;
}

export interface ExecuteOptions {
  cwd?: string;
  env?: Record<string, string | undefined>;
  timeoutMs?: number;
  onLine?: (line: string) => void;
}

/** Runs a program without a shell and keeps the last megabyte of what it prints. A program that is not there has code null. */
export async function execute(command: string, args: readonly string[], options: ExecuteOptions = {}): Promise<Executed> {
  return await new Promise((resolve) => {
    const child = spawn(command, [...args], {
      cwd: options.cwd,
      env: { ...process.env, ...options.env },
      stdio: ['ignore', 'pipe', 'pipe'],
      ...(options.timeoutMs ? { timeout: options.timeoutMs, killSignal: 'SIGKILL' as const } : {}),
    });
    const kept = { stdout: '', stderr: '' };
    for (const name of ['stdout', 'stderr'] as const) {
      child[name].setEncoding('utf8').on('data', (text: string) => {
        kept[name] = (kept[name] + text).slice(-1_000_000);
        for (const line of text.split('\n')) if (line.trim()) options.onLine?.(line.trim());
      });
    }
    child.on('error', (error) => resolve({ code: null, stdout: kept.stdout, stderr: error.message }));
    child.on('close', (code) => resolve({ code, ...kept }));
  });
}

/** Like `execute`, but a failure throws with the last lines that were printed. */
export async function mustExecute(what: string, command: string, args: readonly string[], options: ExecuteOptions = {}): Promise<Executed> {
  const done = await execute(command, args, options);
  if (done.code === 0) return done;
  const lines = `${done.stderr}\n${done.stdout}`.trim().split('\n').slice(-15).join('\n');
  throw new Error(`${what} failed (${[command, ...args].join(' ')}):\n${lines}`);
}

/** Where a program is on PATH. */
export function which(name: string, path: string = process.env.PATH ?? ''): string | undefined {
  for (const folder of path.split(delimiter).filter(Boolean)) {
    const file = join(folder, name);
    try {
      accessSync(file, constants.X_OK);
      if (statSync(file).isFile()) return file;
    } catch {
      // not here
    }
  }
  return undefined;
}
