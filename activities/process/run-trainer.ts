import { writeFile } from 'node:fs/promises';
import { TemperError } from '../../core/errors/temper-error.ts';
import { type TrainerEvent, trainerEvent } from '../../protocol/trainer/events.ts';
import { type Job, jobs, type Verb } from '../../protocol/trainer/jobs.ts';
import { type Outputs, outputs } from '../../protocol/trainer/outputs.ts';
import { bytecodeDir } from '../../services/machine/home.ts';
import { maskOf } from '../../services/machine/mask.ts';
import { readSecret } from '../../services/machine/secrets.ts';
import { exists } from '../../services/store/durable-files.ts';
import type { Deps } from '../engine/deps.ts';
import { childEnvironment, type ProcessEnd, runProcess } from './run-process.ts';

/** The part of a step's context that starting the trainer needs; `pin` has it without being a step. */
export interface TrainerContext {
  deps: Deps;
  folder: string;
  logFile: string;
  signal: AbortSignal;
}

export interface TrainerOptions {
  onEvent?: (event: TrainerEvent) => void;
  /** How long a stop may take, in milliseconds: long enough to save a checkpoint. */
  graceMs?: number;
  /** Kills the trainer at once; its reason is then the failure. */
  stalled?: AbortSignal;
}

/**
 * Runs `python -m trainer VERB`, passes each event on, and returns the verb's outputs.
 * Throws the failure that the trainer reports, or how it died.
 */
export async function runTrainer<V extends Verb>(
  context: TrainerContext,
  verb: V,
  job: Job<V>,
  options: TrainerOptions = {},
): Promise<Outputs<V>> {
  const { deps } = context;
  const jobFile = `${context.folder}/${verb}.job.json`;
  await writeFile(jobFile, JSON.stringify(checked(verb, job), null, 1));
  if (!(await exists(deps.python))) {
    throw new TemperError('UNKNOWN', `the Python environment is gone (${deps.python})`, {
      remedy: 'Run `npx temper up`; it sets the environment up again.',
    });
  }
  // Only the Hub needs a token.
  const token = verb === 'fetch' ? await readSecret(deps.secrets, 'HF_TOKEN').catch(() => undefined) : undefined;
  let last: TrainerEvent | undefined;
  const unreadable = new UnreadableLine();
  const end = await runProcess({
    command: deps.python,
    args: ['-m', 'trainer', verb, jobFile],
    cwd: context.folder,
    env: trainerEnvironment(deps, token),
    // A trainer whose events cannot be read is stopped like any other, so that it saves what it has.
    signal: AbortSignal.any([context.signal, unreadable.signal]),
    graceMs: options.graceMs ?? 5_000,
    kill: options.stalled,
    logFile: context.logFile,
    // A server's answer may contain the token it was sent, and a mirror's address its password.
    mask: maskOf(token ? [token] : []),
    onStdout: (line) => {
      const event = readEvent(line);
      if (event instanceof Error) {
        unreadable.note(line, event);
        return;
      }
      last = event;
      options.onEvent?.(event);
    },
  });
  if (context.signal.aborted) throw context.signal.reason;
  if (options.stalled?.aborted) throw options.stalled.reason;
  if (unreadable.failure && !(unreadable.isTorn && end.killedBy)) throw unreadable.failure;
  if (last?.event === 'done') return outputsOf(verb, last.outputs);
  throw failureOf(verb, last, end);
}

/** A job that does not fit its schema is a mistake of this program, so the schema's own error is thrown. */
const checked = <V extends Verb>(verb: V, job: Job<V>): unknown =>
  (jobs[verb] as { parse: (value: unknown) => unknown }).parse(job);

function outputsOf<V extends Verb>(verb: V, value: unknown): Outputs<V> {
  const parsed = outputs[verb].safeParse(value);
  if (parsed.success) return parsed.data as Outputs<V>;
  const problem = problemOf(parsed.error.issues);
  throw new TemperError(
    'BAD_EVENT',
    `the outputs of \`${verb}\` do not fit: ${problem}: ${shown(JSON.stringify(value))}`,
  );
}

function failureOf(verb: Verb, last: TrainerEvent | undefined, end: ProcessEnd): TemperError {
  if (last?.event === 'failed') return new TemperError(last.code, last.message);
  const lines = end.lastLines ? `; its last lines:\n${end.lastLines}` : '';
  if (end.spawnError) return new TemperError('UNKNOWN', `the trainer could not be started: ${end.spawnError}`);
  if (last?.event === 'interrupted')
    return new TemperError('KILLED', `another process stopped the trainer, which saved step ${last.step}`);
  if (end.killedBy) return new TemperError('KILLED', `the trainer (${verb}) was killed by ${end.killedBy}${lines}`);
  return new TemperError(
    'UNKNOWN',
    `the trainer (${verb}) exited with code ${end.exitCode} without reporting a result${lines}`,
  );
}

/** The first line of stdout that is no event, and the signal that stops the trainer for it. */
class UnreadableLine {
  readonly #stop = new AbortController();
  readonly signal = this.#stop.signal;
  failure: TemperError | undefined;
  /** The line is no JSON, as when a process is killed in the middle of it. */
  isTorn = false;

  note(line: string, problem: Error): void {
    if (this.failure) return;
    this.isTorn = problem instanceof SyntaxError;
    this.failure = new TemperError('BAD_EVENT', `${problem.message}: ${shown(line)}`);
    this.#stop.abort(this.failure);
  }
}

const shown = (line: string) => (line.length <= 1_000 ? line : `${line.slice(0, 1_000)}…`);

function readEvent(line: string): TrainerEvent | Error {
  let value: unknown;
  try {
    value = JSON.parse(line);
  } catch {
    return new SyntaxError('the trainer printed a line that is not JSON');
  }
  const parsed = trainerEvent.safeParse(value);
  return parsed.success
    ? parsed.data
    : new TypeError(`the trainer printed an event that does not fit: ${problemOf(parsed.error.issues)}`);
}

const problemOf = (issues: readonly { path: readonly PropertyKey[]; message: string }[]) =>
  issues.map(({ path, message }) => [path.join('.'), message].filter(Boolean).join(': ')).join('; ');

/** The whole environment of a trainer: what it may see of the worker's, and what keeps its bytes the same. */
export function trainerEnvironment(deps: Pick<Deps, 'trainerRoot'>, token?: string): Record<string, string> {
  return {
    ...childEnvironment('trainer'),
    PYTHONPATH: deps.trainerRoot,
    PYTHONUNBUFFERED: '1',
    // In the cache, since neither the environment nor the checkout need be writable.
    PYTHONPYCACHEPREFIX: bytecodeDir(),
    // The order of sets and dictionaries of strings reaches files (`target_modules`); a fixed seed keeps bytes equal.
    PYTHONHASHSEED: '0',
    TOKENIZERS_PARALLELISM: 'false',
    HF_HUB_DISABLE_TELEMETRY: '1',
    ...(token ? { HF_TOKEN: token } : {}),
  };
}
