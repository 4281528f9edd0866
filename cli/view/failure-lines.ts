import { open } from 'node:fs/promises';
import { join } from 'node:path';
import color from 'picocolors';
import { type ErrorCode, errors } from '../../core/errors/catalogue.ts';
import { rootRunId } from '../../core/run/run-id.ts';
import type { RunState, StepState } from '../../core/run/run-state.ts';
import { commandAfter } from '../../core/words/after-failure.ts';
import { eventIn, logLine } from './log-lines.ts';

/** More failures only scroll the first ones away. */
const maxFailures = 20;
const [maxLogLines, logTailBytes] = [6, 32_768];

type Failure = NonNullable<StepState['failure']>;

/** How a run ended badly: each failure with its step and facts, the last lines of its log, what to do, and the command for it. */
export async function failureLines(runs: string, state: RunState): Promise<string[]> {
  const { runId, status, failure } = state;
  const failed = Object.entries(state.steps).filter(([, step]) => step.failure);
  const lines: string[] = [];
  if (failure) {
    const where = status === 'terminated' ? 'The run:' : 'The run could not start:';
    const log = status === 'terminated' ? [] : await lastLines(join(runs, runId, 'pin.log'), failure);
    lines.push(...linesOf(where, failure, log, commandFor(state, failure)));
  }
  for (const [id, step] of failed.slice(0, maxFailures)) {
    const log = await lastLines(join(runs, runId, 'steps', id, 'log.txt'), step.failure!);
    lines.push(...linesOf(`${id}:`, step.failure!, log, commandFor(state, step.failure!, id)));
  }
  const more = failed.length - maxFailures;
  if (more > 0)
    lines.push('', color.dim(`and ${more} more have failed; \`npx temper show ${runId} --json\` tells all`));
  return lines;
}

function linesOf(
  where: string,
  { message, code, remedy }: Failure,
  log: readonly string[],
  command: string | undefined,
) {
  return [
    '',
    `${color.red(where)} ${message} ${color.dim(`[${code}]`)}`,
    ...(log.length > 0 ? ['  The last lines of its log:', ...log.map((line) => color.dim(`    ${line}`))] : []),
    `  ${color.bold('What to do:')} ${remedy}`,
    ...(command === undefined ? [] : [`  ${color.bold(command)}`]),
  ];
}

/** An open run asks for what it waits for itself. */
function commandFor({ runId, status }: RunState, { code }: Failure, step?: string): string | undefined {
  if (status === 'running' || status === 'paused') return undefined;
  return commandAfter(code, { run: runId, root: rootRunId(runId), ...(step === undefined ? {} : { step }) });
}

/** For a run that is resumed: of each failure that a resumed run may meet again, since it keeps its document and files, the command that is meant for it. */
export function resumeCautions({ runId, steps }: RunState): string[] {
  return Object.entries(steps).flatMap(([id, { failure }]) => {
    if (!failure || errors[failure.code as ErrorCode]?.retry !== 'no') return [];
    const command = commandAfter(failure.code, { run: runId, root: rootRunId(runId), step: id });
    if (/^npx temper (?:resume|show) /.test(command)) return [];
    return [`a resumed run keeps its document and its files; after ${failure.code} of ${id}: \`${command}\``];
  });
}

/** The head of an attempt, and bars of libraries. */
const noise = /^--- attempt |\d%\|/;

/** The end of a log as people read it, without what the message says already. */
async function lastLines(file: string, { message }: Failure): Promise<string[]> {
  const text = await tailOf(file);
  const lines = text.split('\n').flatMap((line) => {
    if (line.trim() === '' || eventIn(line)?.event === 'failed') return [];
    const shown = logLine(line);
    // A message of several lines ends the log as `failed: MESSAGE [CODE]`.
    const bare = shown?.trim().replace(/^failed: | \[[A-Z_]+\]$/g, '');
    const isKnown = shown === undefined || bare === undefined || message.includes(bare) || shown.includes(message);
    return isKnown || noise.test(shown) ? [] : [shown];
  });
  return lines.slice(-maxLogLines);
}

async function tailOf(path: string): Promise<string> {
  const file = await open(path).catch(() => undefined);
  if (!file) return '';
  try {
    const { size } = await file.stat();
    const from = Math.max(0, size - logTailBytes);
    const { buffer, bytesRead } = await file.read(Buffer.alloc(size - from), 0, size - from, from);
    const text = buffer.toString('utf8', 0, bytesRead);
    // The first line may be cut.
    return from === 0 ? text : text.slice(text.indexOf('\n') + 1);
  } finally {
    await file.close();
  }
}
