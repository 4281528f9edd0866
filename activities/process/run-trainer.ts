import { writeFile } from 'node:fs/promises';
import { isErrorCode } from '../../core/errors/catalogue.ts';
import { TemperError } from '../../core/errors/temper-error.ts';
import { bytecodeDir } from '../../services/machine/home.ts';
import { maskOf } from '../../services/machine/mask.ts';
import { readSecret } from '../../services/machine/secrets.ts';
import { exists } from '../../services/store/durable-files.ts';
import type { Deps } from '../engine/deps.ts';
import { childEnvironment, runProcess } from './run-process.ts';

/** One line of the trainer's stdout. */
export interface TrainerEvent {
  event: string;
  [field: string]: unknown;
}

/** The part of a step's context that starting the trainer needs; `pin` has it without being a step. */
export interface TrainerContext {
  deps: Deps;
  folder: string;
  logFile: string;
  signal: AbortSignal;
}

export interface TrainerOptions {
  onEvent?: (event: TrainerEvent) => void;
  /** How long a stop may take: long enough to save a checkpoint. */
  graceMs?: number;
  /** Kills the trainer at once; its reason is then what went wrong. */
  stalled?: AbortSignal;
}

/**
 * Runs `python -m trainer VERB`, hands each event on, and returns the outputs of its last one.
 * Throws what the trainer says went wrong, or how it died.
 */
export async function runTrainer(
  context: TrainerContext,
  verb: string,
  job: object,
  options: TrainerOptions = {},
): Promise<Record<string, unknown>> {
  const { deps } = context;
  const jobFile = `${context.folder}/${verb}.job.json`;
  await writeFile(jobFile, JSON.stringify(job, null, 1));
  if (!(await exists(deps.python))) {
    throw new TemperError('UNKNOWN', `the Python environment is gone (${deps.python})`, {
      remedy: 'Run `npx temper up`; it sets the environment up again.',
    });
  }
  // Only the Hub wants a token.
  const token = verb === 'fetch' ? await readSecret(deps.secrets, 'HF_TOKEN').catch(() => undefined) : undefined;
  let last: TrainerEvent | undefined;
  const end = await runProcess({
    command: deps.python,
    args: ['-m', 'trainer', verb, jobFile],
    cwd: context.folder,
    env: trainerEnvironment(deps, token),
    signal: context.signal,
    graceMs: options.graceMs ?? 5_000,
    kill: options.stalled,
    logFile: context.logFile,
    // What a server answers may hold what it was sent, and a mirror's address its password.
    mask: maskOf(token ? [token] : []),
    onStdout: (line) => {
      const event = readEvent(line);
      if (!event) return;
      last = event;
      options.onEvent?.(event);
    },
  });
  if (context.signal.aborted) throw context.signal.reason;
  if (options.stalled?.aborted) throw options.stalled.reason;
  if (last?.event === 'done') return (last.outputs ?? {}) as Record<string, unknown>;
  if (last?.event === 'failed') {
    const code = String(last.code);
    throw new TemperError(isErrorCode(code) ? code : 'UNKNOWN', String(last.message));
  }
  const lines = end.lastLines ? `; its last lines:\n${end.lastLines}` : '';
  if (end.spawnError) throw new TemperError('UNKNOWN', `the trainer could not be started: ${end.spawnError}`);
  if (last?.event === 'interrupted')
    throw new TemperError('KILLED', `the trainer was asked to stop by somebody else and saved step ${last.step}`);
  if (end.killedBy) throw new TemperError('KILLED', `the trainer (${verb}) was killed by ${end.killedBy}${lines}`);
  throw new TemperError(
    'UNKNOWN',
    `the trainer (${verb}) ended with exit code ${end.exitCode} and without a word${lines}`,
  );
}

/** The whole environment of a trainer: what it may see of the worker's, and what keeps its bytes the same. */
export function trainerEnvironment(deps: Pick<Deps, 'trainerRoot'>, token?: string): Record<string, string> {
  return {
    ...childEnvironment('trainer'),
    PYTHONPATH: deps.trainerRoot,
    PYTHONUNBUFFERED: '1',
    // In the cache, since neither the environment nor the checkout need be writable.
    PYTHONPYCACHEPREFIX: bytecodeDir(),
    // Orders inside sets and dictionaries of strings reach files (`target_modules`); a fixed seed keeps bytes equal.
    PYTHONHASHSEED: '0',
    TOKENIZERS_PARALLELISM: 'false',
    HF_HUB_DISABLE_TELEMETRY: '1',
    ...(token ? { HF_TOKEN: token } : {}),
  };
}

function readEvent(line: string): TrainerEvent | undefined {
  try {
    const value: unknown = JSON.parse(line);
    if (typeof value === 'object' && value !== null && 'event' in value && typeof value.event === 'string')
      return value as TrainerEvent;
  } catch {
    // Not an event: nothing but events is written there, so this is a torn last line.
  }
  return undefined;
}
