import { mkdir, realpath, rename, stat } from 'node:fs/promises';
import { basename, dirname, join, sep } from 'node:path';
import { causeOfEnd } from '../../core/errors/foreign-errors.ts';
import { TemperError } from '../../core/errors/temper-error.ts';
import type { Handle, Json } from '../../core/handles.ts';
import { maskOf } from '../../services/machine/mask.ts';
import { readSecret } from '../../services/machine/secrets.ts';
import { commandEnvironment } from '../../services/settings/child-environment.ts';
import { copyTree, linkTo, specialFile } from '../../services/store/durable-files.ts';
import type { Deps } from '../engine/deps.ts';
import { openPinned } from '../engine/pinned-files.ts';
import { step } from '../engine/step.ts';
import type { StepContext } from '../engine/step-context.ts';
import { runProcess } from '../process/run-process.ts';

export const run = (deps: Deps) =>
  step('run', deps, async (context) => {
    const { options } = context;
    const working = await context.stage('working');
    const cwd = join(working, 'files');
    await placeInputs(context, cwd);
    const { env, secrets } = await environment(context);
    const [program, ...args] = options.command ?? [options.shell!, '-c', options.script!];
    context.progress({ phase: { code: 'running', facts: { program: program! } } });
    const end = await runProcess({
      command: program!,
      args,
      cwd,
      env,
      signal: context.signal,
      graceMs: 10_000,
      logFile: context.logFile,
      mask: maskOf(secrets),
      ...(options.timeout_minutes === undefined ? {} : { timeoutMs: options.timeout_minutes * 60_000 }),
      onStdout: (line) => {
        void context.log(line);
        if (line.trim()) context.progress({ phase: { code: 'output', facts: { line: line.trim().slice(0, 100) } } });
      },
    });
    if (context.signal.aborted) throw context.signal.reason;
    const told = end.lastLines ? `; its last lines:\n${end.lastLines}` : '';
    // The program is a person's own: its cause is a remedy, and no code of temper's.
    const { remedy } = causeOfEnd({ ...end, lastLines: end.spawnError ?? end.lastLines });
    const cause = remedy === undefined ? {} : { remedy };
    if (end.spawnError)
      throw new TemperError('COMMAND_FAILED', `${program} could not be started: ${end.spawnError}`, cause);
    if (end.timedOut)
      throw new TemperError(
        'COMMAND_TIMED_OUT',
        `${program} ran longer than ${options.timeout_minutes} minutes${told}`,
      );
    if (end.killedBy) throw new TemperError('KILLED', `${program} was killed by ${end.killedBy}${told}`, cause);
    if (end.exitCode !== 0)
      throw new TemperError('COMMAND_FAILED', `${program} exited with code ${end.exitCode}${told}`, cause);
    const outputs: Record<string, Handle> = {};
    for (const [name, output] of Object.entries(options.outputs)) {
      const written = await find(cwd, output.path, `${program} exited with 0, but ${output.path} (output "${name}")`);
      const staging = await context.stage(`output-${name}`);
      await takeOutput(written, join(staging, 'files'), output.path);
      outputs[name] = await context.publish(staging, output.type);
    }
    const names = Object.keys(outputs);
    return { outputs, summary: `${program} exited with 0${names.length > 0 ? `; produced ${names.join(', ')}` : ''}` };
  });

/** Links the inputs into the working directory, so that the command reads the pinned bytes and owns no copy. */
async function placeInputs(context: StepContext<'run'>, cwd: string): Promise<void> {
  for (const [name, value] of Object.entries(context.options.inputs ?? {})) {
    const target =
      typeof value === 'string'
        ? await openPinned(context.deps, value, context.input.pins)
        : (await context.deps.store.open(value, { verify: true, signal: context.signal })).path;
    await linkTo(target, join(cwd, 'inputs', name));
  }
}

async function environment(context: StepContext<'run'>): Promise<{ env: Record<string, string>; secrets: string[] }> {
  const secrets: string[] = [];
  const own: Record<string, string> = {};
  for (const [name, value] of Object.entries(context.options.env as Record<string, Json>)) {
    const secret = /^\$\{\{\s*secrets\.([A-Z][A-Z0-9_]*)\s*\}\}$/.exec(String(value))?.[1];
    own[name] = secret ? await readSecret(context.deps.secrets, secret) : String(value);
    if (secret) secrets.push(own[name]!);
  }
  return { env: { ...commandEnvironment(context.deps.python), PYTHONHASHSEED: '0', ...own }, secrets };
}

/** The real path of an output. A link to the outside is refused: its target belongs to somebody else. */
async function find(cwd: string, path: string, told: string): Promise<string> {
  const real = await realpath(join(cwd, path)).catch((error: NodeJS.ErrnoException) => {
    if (!['ENOENT', 'ENOTDIR', 'ELOOP'].includes(error.code ?? '')) throw error;
    throw new TemperError('OUTPUT_MISSING', `${told} does not exist`);
  });
  if (!real.startsWith(`${await realpath(cwd)}${sep}`))
    throw new TemperError('SPECIAL_FILE', `${told} is a link to ${real}, outside the working directory`);
  return real;
}

/** A directory becomes the artifact, a file its only member. */
async function takeOutput(written: string, files: string, path: string): Promise<void> {
  const facts = await stat(written);
  if (facts.isDirectory()) return await copyTree(written, files);
  if (!facts.isFile()) throw await specialFile(written);
  const target = join(files, basename(path));
  // A file with a second hard link could still be changed after it has become an artifact.
  if (facts.nlink > 1) return await copyTree(written, target);
  await mkdir(dirname(target), { recursive: true });
  await rename(written, target);
}
