import { cpus } from 'node:os';
import { basename, dirname } from 'node:path';
import { causeOfEnd } from '../../../core/errors/foreign-errors.ts';
import { TemperError } from '../../../core/errors/temper-error.ts';
import { childEnvironment } from '../../../services/settings/child-environment.ts';
import type { WorkContext } from '../../engine/deps.ts';
import { runProcess } from '../../process/run-process.ts';
import { runTrainer } from '../../process/run-trainer.ts';

type Context = WorkContext;

/** Converts a model directory with llama.cpp's script, which runs in the trainer's Python. `type`: f16, bf16 or f32. */
export async function convertByLlamaCpp(context: Context, model: string, type: string, out: string): Promise<void> {
  const { source } = await context.deps.converter((line) =>
    context.progress({ phase: { code: 'setting_up', facts: { line } } }),
  );
  context.progress({ phase: { code: 'converting', facts: { type } } });
  await runTrainer(
    context,
    'convert',
    { model, out, type, source },
    {
      onEvent: (event) => {
        if (event.event === 'converting') {
          context.progress({
            phase: { code: 'converting', facts: { type } },
            fraction: event.done / event.total,
          });
        }
      },
    },
  );
}

/** Converts an adapter with llama.cpp's script. `base`: folder of its base, of which only the settings are read. */
export async function convertAdapter(
  context: Context,
  { base, adapter, out }: { base: string; adapter: string; out: string },
): Promise<void> {
  const { source } = await context.deps.converter((line) =>
    context.progress({ phase: { code: 'setting_up', facts: { line } } }),
  );
  context.progress({ phase: { code: 'converting', facts: { type: 'a LoRA file' } } });
  await runTrainer(context, 'convert_adapter', { base, adapter, out, source });
}

/** `importance`: an importance matrix, by which weights that matter more are rounded more finely. */
export async function quantizeByLlamaCpp(
  context: Context,
  from: string,
  type: string,
  out: string,
  importance?: string,
): Promise<void> {
  const { quantizer } = await context.deps.llamaCpp((line) =>
    context.progress({ phase: { code: 'setting_up', facts: { line } } }),
  );
  context.progress({ phase: { code: 'quantizing', facts: { type } } });
  const end = await runProcess({
    command: quantizer,
    // Half of the cores: people use the machine meanwhile.
    args: [
      // The name of this file becomes part of the model's, so it must not be a path of this machine.
      ...(importance === undefined ? [] : ['--imatrix', basename(importance)]),
      ...[from, out, type.toUpperCase(), `${Math.max(1, Math.floor(cpus().length / 2))}`],
    ],
    cwd: importance === undefined ? context.folder : dirname(importance),
    env: childEnvironment('command'),
    signal: context.signal,
    graceMs: 2_000,
    logFile: context.logFile,
    onStdout: (line) => {
      const at = /^\[\s*(\d+)\/\s*(\d+)\]/.exec(line);
      if (at)
        context.progress({ phase: { code: 'quantizing', facts: { type } }, fraction: Number(at[1]) / Number(at[2]) });
    },
  });
  if (context.signal.aborted) throw context.signal.reason;
  if (end.spawnError)
    throw new TemperError('TOOL_MISSING', `llama.cpp's quantizer could not be started: ${end.spawnError}`, {
      remedy: 'Remove the folder `llama.cpp` of the cache and run `temper up`: it is built again.',
    });
  const { code = 'CONVERSION_FAILED', ...cause } = causeOfEnd(end);
  if (end.killedBy)
    throw new TemperError(
      code === 'CONVERSION_FAILED' ? 'KILLED' : code,
      `llama.cpp's quantizer was killed by ${end.killedBy}; its last lines:\n${end.lastLines}`,
      cause,
    );
  if (end.exitCode !== 0)
    throw new TemperError(
      code,
      `llama.cpp's quantizer exited with code ${end.exitCode}; its last lines:\n${end.lastLines}`,
      cause,
    );
}
