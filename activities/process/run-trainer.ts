import { writeFile } from 'node:fs/promises';
import { causeOfEnd } from '../../core/errors/foreign-errors.ts';
import { TemperError } from '../../core/errors/temper-error.ts';
import { type TrainerEvent, trainerEvent } from '../../protocol/trainer/events.ts';
import { type Job, jobs, type Verb } from '../../protocol/trainer/jobs.ts';
import { type Outputs, outputs } from '../../protocol/trainer/outputs.ts';
import { bytecodeDir } from '../../services/machine/home.ts';
import { maskOf } from '../../services/machine/mask.ts';
import { readSecret } from '../../services/machine/secrets.ts';
import { childEnvironment } from '../../services/settings/child-environment.ts';
import { utf8Variables } from '../../services/settings/text-encoding.ts';
import { exists } from '../../services/store/durable-files.ts';
import type { Deps } from '../engine/deps.ts';
import { type ProcessEnd, runProcess } from './run-process.ts';

/** The part of a step's context that the trainer needs. `pin`, which is no step, has it too. */
export interface TrainerContext {
  deps: Deps;
  folder: string;
  logFile: string;
  signal: AbortSignal;
}

interface TrainerOptions {
  onEvent?: (event: TrainerEvent) => void;
  /** How long a stop may take, in milliseconds; it must suffice to save a checkpoint. */
  graceMs?: number;
  /** Kills the trainer at once; the signal's reason becomes the failure. */
  stalled?: AbortSignal;
  /** More variables, with secrets among them that no log may show. */
  env?: Readonly<Record<string, string>>;
  secrets?: readonly string[];
}

/**
 * Runs `python -m trainer VERB`, passes each event to `onEvent` and returns the verb's outputs.
 * Throws the failure that the trainer reports, or KILLED or UNKNOWN if it reports nothing.
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
    throw new TemperError('ENVIRONMENT_BROKEN', `the Python environment is missing (${deps.python})`, {
      remedy: 'Run `npx temper up`; it sets up the environment again.',
    });
  }
  // Only the Hub needs a token.
  const token =
    verb === 'fetch' || verb === 'fetch_rows'
      ? await readSecret(deps.secrets, 'HF_TOKEN').catch(() => undefined)
      : undefined;
  let last: TrainerEvent | undefined;
  const unreadable = new UnreadableLine();
  const end = await runProcess({
    command: deps.python,
    args: ['-m', 'trainer', verb, jobFile],
    cwd: context.folder,
    env: { ...trainerEnvironment(deps, token), ...options.env },
    // A trainer whose events cannot be read gets a soft stop, so that it saves its progress.
    signal: AbortSignal.any([context.signal, unreadable.signal]),
    graceMs: options.graceMs ?? 5_000,
    kill: options.stalled,
    logFile: context.logFile,
    // A server's answer may contain the token, and the address of a mirror a password.
    mask: maskOf([...(token ? [token] : []), ...(options.secrets ?? [])]),
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

/** A job that does not fit its schema is a bug of temper, so the schema's own error is thrown. */
const checked = <V extends Verb>(verb: V, job: Job<V>): unknown =>
  (jobs[verb] as { parse: (value: unknown) => unknown }).parse(job);

function outputsOf<V extends Verb>(verb: V, value: unknown): Outputs<V> {
  const parsed = outputs[verb].safeParse(value);
  if (parsed.success) return parsed.data as Outputs<V>;
  const problem = problemOf(parsed.error.issues);
  throw new TemperError(
    'BAD_EVENT',
    `the trainer (${verb}) returned outputs that do not fit their schema: ${problem}: ${shortened(JSON.stringify(value))}`,
  );
}

function failureOf(verb: Verb, last: TrainerEvent | undefined, end: ProcessEnd): TemperError {
  if (last?.event === 'failed') return new TemperError(last.code, last.message);
  const lines = end.lastLines ? `; its last lines:\n${end.lastLines}` : '';
  if (end.spawnError)
    return new TemperError('ENVIRONMENT_BROKEN', `the trainer could not be started: ${end.spawnError}`);
  const { code, ...cause } = causeOfEnd(end);
  if (last?.event === 'interrupted')
    return new TemperError('KILLED', `another process stopped the trainer, which saved step ${last.step}`);
  if (end.killedBy)
    return new TemperError(code ?? 'KILLED', `the trainer (${verb}) was killed by ${end.killedBy}${lines}`, cause);
  return new TemperError(
    code ?? 'UNKNOWN',
    `the trainer (${verb}) exited with code ${end.exitCode} without reporting a result${lines}`,
    cause,
  );
}

/** The first line of stdout that is not an event, and the signal that stops the trainer because of it. */
class UnreadableLine {
  readonly #stop = new AbortController();
  readonly signal = this.#stop.signal;
  failure: TemperError | undefined;
  /** The line is not JSON, as happens when a process is killed in the middle of a line. */
  isTorn = false;

  note(line: string, problem: Error): void {
    if (this.failure) return;
    this.isTorn = problem instanceof SyntaxError;
    this.failure = new TemperError('BAD_EVENT', `${problem.message}: ${shortened(line)}`);
    this.#stop.abort(this.failure);
  }
}

const maxShownCharacters = 1_000;
const shortened = (line: string) =>
  line.length <= maxShownCharacters ? line : `${line.slice(0, maxShownCharacters)}…`;

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
    : new TypeError(`the trainer printed an event that does not fit its schema: ${problemOf(parsed.error.issues)}`);
}

const problemOf = (issues: readonly { path: readonly PropertyKey[]; message: string }[]) =>
  issues.map(({ path, message }) => [path.join('.'), message].filter(Boolean).join(': ')).join('; ');

/** Builds the environment of a trainer: the permitted part of the worker's, and the settings that make its output reproducible. */
export function trainerEnvironment(deps: Pick<Deps, 'trainerRoot'>, token?: string): Record<string, string> {
  return {
    ...childEnvironment('trainer'),
    ...utf8Variables(process.env),
    PYTHONPATH: deps.trainerRoot,
    PYTHONUNBUFFERED: '1',
    // In the cache, since the environment and the checkout may be read-only.
    PYTHONPYCACHEPREFIX: bytecodeDir(),
    // Files depend on the order of sets of strings (`target_modules`); a fixed seed keeps their bytes equal.
    PYTHONHASHSEED: '0',
    TOKENIZERS_PARALLELISM: 'false',
    HF_HUB_DISABLE_TELEMETRY: '1',
    ...(token ? { HF_TOKEN: token } : {}),
  };
}
