import { spawn } from 'node:child_process';
import { createWriteStream, mkdirSync } from 'node:fs';
import { dirname } from 'node:path';
import { finished } from 'node:stream/promises';

export interface Command {
  program: string;
  args: readonly string[];
  env?: Readonly<Record<string, string | undefined>>;
  cwd?: string;
  /** Everything it prints goes here. */
  log: string;
  signal?: AbortSignal | undefined;
  onLine?: (line: string) => void;
}

/** A program of set-up that did not end well. The message has its last lines, `brief` fits into one line. */
export class CommandFailed extends Error {
  readonly brief: string;

  constructor(message: string, brief: string) {
    super(message);
    this.brief = brief;
  }
}

/** What went wrong, in one line without a full stop. */
export const briefly = (error: unknown): string =>
  (error instanceof CommandFailed ? error.brief : (error as Error).message).split('\n')[0]!.replace(/\.$/, '');

/** Runs a program of set-up to its end; a failure tells its last lines and where the rest lies. */
export async function runCommand(command: Command): Promise<void> {
  const { program, args, env = process.env, cwd, log, signal, onLine } = command;
  mkdirSync(dirname(log), { recursive: true });
  const file = createWriteStream(log, { flags: 'a' });
  file.write(`$ ${[program, ...args].join(' ')}\n`);
  const child = spawn(program, args, { env, cwd, stdio: ['ignore', 'pipe', 'pipe'], ...(signal ? { signal } : {}) });
  let tail = '';
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding('utf8').on('data', (text: string) => {
      file.write(text);
      tail = (tail + text).slice(-4_000);
      const last = text.trimEnd().split('\n').at(-1);
      if (last) onLine?.(last);
    });
  }
  const end = await new Promise<string | undefined>((resolve) => {
    child.once('error', (error) => resolve(error.message));
    child.once('close', (code, killedBy) =>
      resolve(code === 0 ? undefined : killedBy ? `was ended by ${killedBy}` : `exited with ${code}`),
    );
  });
  file.end();
  await finished(file);
  if (end === undefined) return;
  signal?.throwIfAborted();
  const lines = tail.trimEnd().split('\n').slice(-12);
  throw new CommandFailed(
    [
      `\`${[program, ...args].join(' ').slice(0, 300)}\` ${end}. Its last lines:`,
      ...lines.map((line) => `    ${line}`),
      `All of it: ${log}`,
    ].join('\n'),
    `${lines.at(-1)?.trim() || end} (all of it: ${log})`,
  );
}
