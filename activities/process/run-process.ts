import { createWriteStream } from 'node:fs';
import { createInterface } from 'node:readline';
import { execa } from 'execa';

export interface ProcessOptions {
  command: string;
  args: readonly string[];
  cwd: string;
  env: Readonly<Record<string, string>>;
  /** Asks for a soft stop: SIGTERM, and after `graceMs` SIGKILL to the whole group. */
  signal: AbortSignal;
  graceMs: number;
  /** Kills the whole group at once, for a process that no longer reacts to a soft stop. */
  kill?: AbortSignal | undefined;
  timeoutMs?: number;
  /** Everything the process prints is appended here, after `mask`. */
  logFile: string;
  mask?: (line: string) => string;
  onStdout?: (line: string) => void;
  /** Sent to its stdin, which is then closed. Without it, stdin stays open until this process ends. */
  input?: string;
}

/** A bar of Python’s libraries. Hundreds would bury the lines of a log, and that which says why a program ended. */
const progressBar = /\d%\|.*\| /;

export interface ProcessEnd {
  exitCode: number | undefined;
  killedBy: string | undefined;
  timedOut: boolean;
  /** The last lines of stderr, or of stdout if stderr is empty: at most 2 kB. */
  lastLines: string;
  /** Why it could not be started. */
  spawnError: string | undefined;
}

/**
 * Runs a program in its own process group: Ctrl-C in a terminal does not reach it, and no grandchild outlives it.
 * Without `input`, its stdin is a pipe that closes when this process ends: a program that watches stdin dies with the worker.
 */
export async function runProcess(options: ProcessOptions): Promise<ProcessEnd> {
  const log = createWriteStream(options.logFile, { flags: 'a' });
  log.on('error', () => {}); // a full disk must not take the worker down with it
  const mask = options.mask ?? ((line: string) => line);
  const tail = { stdout: [] as string[], stderr: [] as string[] };
  let timedOut = false;
  const child = execa(options.command, [...options.args], {
    cwd: options.cwd,
    env: { ...options.env, ...(options.input === undefined ? { TEMPER_STDIN: 'pipe' } : {}) },
    extendEnv: false,
    detached: true,
    cleanup: false,
    buffer: false,
    stdin: 'pipe',
    reject: false,
    stripFinalNewline: false,
  });
  if (options.input !== undefined) {
    child.stdin?.on('error', () => {}); // a program may exit without reading its input
    child.stdin?.end(options.input);
  }
  const killGroup = (signal: NodeJS.Signals) => {
    try {
      if (child.pid) process.kill(-child.pid, signal);
    } catch {
      // The group has already ended.
    }
  };
  let hardKill: NodeJS.Timeout | undefined;
  const stop = () => {
    // SIGTERM goes only to the leader, which knows how to save. After `graceMs` the whole group is killed.
    child.kill('SIGTERM');
    hardKill ??= setTimeout(() => killGroup('SIGKILL'), options.graceMs);
  };
  const expire = () => {
    timedOut = true;
    stop();
  };
  const timer = options.timeoutMs === undefined ? undefined : setTimeout(expire, options.timeoutMs);
  if (options.signal.aborted) stop();
  options.signal.addEventListener('abort', stop, { once: true });
  const kill = () => killGroup('SIGKILL');
  options.kill?.addEventListener('abort', kill, { once: true });

  const read = async (stream: 'stdout' | 'stderr') => {
    const source = child[stream];
    if (!source) return;
    for await (const raw of createInterface({ input: source, crlfDelay: Number.POSITIVE_INFINITY })) {
      if (progressBar.test(raw)) continue;
      const line = mask(raw);
      if (stream === 'stderr' || !options.onStdout) log.write(`${line}\n`);
      if (stream === 'stdout') options.onStdout?.(line);
      if (line.trim() === '') continue;
      tail[stream].push(line);
      if (tail[stream].length > 20) tail[stream].shift();
    }
  };
  // A grandchild may hold the pipes open for ever. When the leader has exited, the rest of the group is killed after a delay.
  let lingerTimer: NodeJS.Timeout | undefined;
  const lingered = new Promise<{ exitCode?: number; signal?: string; shortMessage?: string }>((resolve) => {
    child.once('exit', (code, signal) => {
      lingerTimer = setTimeout(() => {
        killGroup('SIGKILL');
        child.stdout?.destroy();
        child.stderr?.destroy();
        resolve({ ...(code === null ? {} : { exitCode: code }), ...(signal === null ? {} : { signal }) });
      }, lingerMs);
    });
  });
  const reads = [read('stdout').catch(() => {}), read('stderr').catch(() => {})];
  const end = await Promise.race([lingered, Promise.all([child, ...reads]).then(([whole]) => whole)]);
  clearTimeout(lingerTimer);
  clearTimeout(timer);
  clearTimeout(hardKill);
  options.signal.removeEventListener('abort', stop);
  options.kill?.removeEventListener('abort', kill);
  killGroup('SIGKILL'); // children that are still running
  await new Promise<void>((resolve) => log.end(() => resolve()));
  return {
    exitCode: end.exitCode,
    killedBy: end.signal,
    timedOut,
    lastLines: (tail.stderr.length > 0 ? tail.stderr : tail.stdout).join('\n').slice(-2000),
    spawnError: child.pid === undefined ? (end.shortMessage ?? 'it could not be started') : undefined,
  };
}

/** How long a background process of the command may still print after its parent has exited. */
const lingerMs = 1_000;
