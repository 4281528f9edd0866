import { createWriteStream } from 'node:fs';
import { delimiter, dirname } from 'node:path';
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
  /** Ends the whole group at once, when a soft stop would wait for something that has stopped moving. */
  kill?: AbortSignal | undefined;
  timeoutMs?: number;
  /** Everything the process prints is appended here, after `mask`. */
  logFile: string;
  mask?: (line: string) => string;
  onStdout?: (line: string) => void;
  /** What it reads from its stdin, which then ends; without this its stdin ends with this process. */
  input?: string;
}

export interface ProcessEnd {
  exitCode: number | undefined;
  killedBy: string | undefined;
  timedOut: boolean;
  /** The last lines it printed on stderr (or, where that is empty, on stdout): at most 2 kB. */
  lastLines: string;
  /** Why it could not be started at all. */
  spawnError: string | undefined;
}

/**
 * Runs a program in a process group of its own, so that Ctrl-C in a terminal does not reach it and no grandchild outlives it.
 * Its stdin is a pipe that, but for `input`, only ends with this process: a program that watches it dies with the worker.
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
    child.stdin?.on('error', () => {}); // it need not read what it is given
    child.stdin?.end(options.input);
  }
  const killGroup = (signal: NodeJS.Signals) => {
    try {
      if (child.pid) process.kill(-child.pid, signal);
    } catch {
      // The group is gone already.
    }
  };
  let hardKill: NodeJS.Timeout | undefined;
  const stop = () => {
    // Only the leader is asked: it knows how to save. What does not listen is killed with all it started.
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
      const line = mask(raw);
      if (stream === 'stderr' || !options.onStdout) log.write(`${line}\n`);
      if (stream === 'stdout') options.onStdout?.(line);
      if (line.trim() === '') continue;
      tail[stream].push(line);
      if (tail[stream].length > 20) tail[stream].shift();
    }
  };
  // A grandchild may hold the pipes open for ever: when the leader has gone, the rest gets a moment and is ended.
  let moment: NodeJS.Timeout | undefined;
  const lingered = new Promise<{ exitCode?: number; signal?: string; shortMessage?: string }>((resolve) => {
    child.once('exit', (code, signal) => {
      moment = setTimeout(() => {
        killGroup('SIGKILL');
        child.stdout?.destroy();
        child.stderr?.destroy();
        resolve({ ...(code === null ? {} : { exitCode: code }), ...(signal === null ? {} : { signal }) });
      }, lingering);
    });
  });
  const reads = [read('stdout').catch(() => {}), read('stderr').catch(() => {})];
  const end = await Promise.race([lingered, Promise.all([child, ...reads]).then(([whole]) => whole)]);
  clearTimeout(moment);
  clearTimeout(timer);
  clearTimeout(hardKill);
  options.signal.removeEventListener('abort', stop);
  options.kill?.removeEventListener('abort', kill);
  killGroup('SIGKILL'); // children it left behind
  await new Promise<void>((resolve) => log.end(() => resolve()));
  return {
    exitCode: end.exitCode,
    killedBy: end.signal,
    timedOut,
    lastLines: (tail.stderr.length > 0 ? tail.stderr : tail.stdout).join('\n').slice(-2000),
    spawnError: child.pid === undefined ? (end.shortMessage ?? 'it could not be started') : undefined,
  };
}

/** What a background process of the command still has to say after its parent has ended. Milliseconds. */
const lingering = 1_000;

const passedOn =
  /^(?:PATH|HOME|USER|LANG|LC_\w+|TZ|TMPDIR|TERM|SHELL|SSL_CERT_\w+|REQUESTS_CA_BUNDLE|CURL_CA_BUNDLE|https?_proxy|no_proxy|HTTPS?_PROXY|NO_PROXY|XDG_\w+|CUDA_\w+|NVIDIA_\w+|HIP_\w+|ROCR_\w+|OMP_\w+|MKL_\w+|OPENBLAS_\w+)$/;
const forTraining = /^(?:HF_\w+|HUGGINGFACE_\w+|TRANSFORMERS_\w+|PYTORCH_\w+|TORCH_\w+|BNB_\w+)$/;
const secretNames = /TOKEN|SECRET|PASSWORD|API_KEY/;

/** The part of the worker's environment that a child may see; tokens are not in it. */
export function childEnvironment(what: 'command' | 'trainer'): Record<string, string> {
  const chosen = Object.entries(process.env).filter(
    ([name, value]) =>
      value !== undefined &&
      !secretNames.test(name) &&
      (passedOn.test(name) || (what === 'trainer' && forTraining.test(name))),
  );
  return Object.fromEntries(chosen) as Record<string, string>;
}

/** What a person's own command sees: `python` in it means the one with the training libraries, whose path is given. */
export function commandEnvironment(python: string): Record<string, string> {
  const base = childEnvironment('command');
  const path = [dirname(python), base.PATH].filter(Boolean).join(delimiter);
  return { ...base, PATH: path, PYTHONUNBUFFERED: '1' };
}
