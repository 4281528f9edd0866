import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { TemperError } from '../../../core/errors/temper-error.ts';
import type { HarnessReport } from '../../../core/harness/harness-report.ts';
import { besideEachOther, type HarnessResults, metricsIn, parseResults } from '../../../core/harness/read-results.ts';
import type { HarnessOption } from '../../../core/kinds/options/harness.ts';
import type { OllamaServer } from '../../../services/ollama/server.ts';
import { findLmEval, lmEvalInstall, lmEvalVariable } from '../../../services/setup/programs/lm-eval.ts';
import { listFiles } from '../../../services/store/durable-files.ts';
import { openPinned } from '../../engine/pinned-files.ts';
import type { StepContext } from '../../engine/step-context.ts';
import type { Model } from '../conclude.ts';
import { harnessArguments } from './harness-arguments.ts';
import { runLmEval } from './run-lm-eval.ts';

type Context = StepContext<'evaluate'>;

const sides = ['before', 'after'] as const;
type Models = Readonly<Record<(typeof sides)[number], Model>>;

/** Throws TOOL_MISSING. */
export function requireLmEval(): string {
  const program = findLmEval();
  if (program !== undefined) return program;
  const named = process.env[lmEvalVariable];
  throw new TemperError(
    'TOOL_MISSING',
    named ? `${lmEvalVariable} names ${named}, which is no program` : 'this worker finds no `lm_eval` on PATH',
    {
      remedy: `Type \`${lmEvalInstall}\`, and where it is not on PATH name it: \`${lmEvalVariable}=/path/lm_eval npx temper up\`.`,
    },
  );
}

/** Throws HARNESS_FAILED for an address with a password: everybody on this machine can read the arguments of a program. */
export function refuseLogin(url: string): void {
  if (!new URL(url).password) return;
  throw new TemperError(
    'HARNESS_FAILED',
    'the address of Ollama holds a password, and lm_eval takes it only where all can read it',
    {
      remedy: 'Name an Ollama without a password for `harness`, or leave `harness` out.',
    },
  );
}

/** Has lm_eval ask the models before and after the tasks that the document names. A model with two names is asked once. */
export async function askHarness(
  context: Context,
  server: OllamaServer,
  { models, share }: { models: Models; share: (round: number) => number },
): Promise<HarnessReport | undefined> {
  const { options, deps, input } = context;
  const option = options.harness;
  if (!option) return undefined;
  const program = requireLmEval();
  refuseLogin(server.url);
  const folder =
    option.include_path === undefined ? undefined : await openPinned(deps, option.include_path, input.pins);
  const measured = new Map<string, HarnessResults>();
  for (const side of sides) {
    const { name, digest } = models[side];
    if (measured.has(digest)) continue;
    const phase = { code: 'benchmarking' as const, facts: { side, tasks: option.tasks.length } };
    context.progress({ phase, fraction: share(measured.size) });
    measured.set(digest, await measure(context, server, { program, option, name, folder }));
  }
  const found = (side: (typeof sides)[number]) => measured.get(models[side].digest)!;
  const [before, after] = sides.map((side) => metricsIn(found(side), option.tasks)) as [Metrics, Metrics];
  const metrics = besideEachOther(before, after);
  if (metrics.length === 0)
    throw new TemperError('HARNESS_FAILED', `lm_eval measured nothing by ${option.tasks.join(', ')}`, {
      remedy: 'Name tasks that have a metric: `lm_eval ls tasks` lists them.',
    });
  const { limit, fewshot } = option;
  return { version: found('after').lm_eval_version, limit, fewshot, metrics };
}

type Metrics = ReturnType<typeof metricsIn>;

interface Measuring {
  program: string;
  option: HarnessOption;
  /** Of the model. */
  name: string;
  /** With task files. */
  folder: string | undefined;
}

async function measure(
  context: Context,
  server: OllamaServer,
  { program, option, name, folder }: Measuring,
): Promise<HarnessResults> {
  const staging = await context.stage(`${context.input.step}-harness`);
  const out = join(staging, 'files');
  const args = harnessArguments({ option, model: name, url: server.url, seed: context.options.seed, out });
  // Task files name their data by paths that are relative to where lm_eval runs.
  const end = await runLmEval(context, { program, args, cwd: folder ?? out });
  if (end.why !== undefined) {
    // An Ollama that is away is waited for; whatever else lm_eval refuses, it would refuse again.
    await server.version(context.signal);
    throw new TemperError('HARNESS_FAILED', `lm_eval did not measure ${name}: ${end.why}`);
  }
  const file = (await listFiles(out)).find((path) => /(?:^|\/)results_[^/]*\.json$/.test(path));
  const results = file === undefined ? undefined : parseResults(await readFile(join(out, file), 'utf8'));
  if (results) return results;
  throw new TemperError(
    'HARNESS_FAILED',
    `lm_eval measured ${name} and left ${file === undefined ? 'no file of results' : 'a file of results that cannot be read'}`,
    { remedy: `Take version 0.4 of it, which temper knows: \`${lmEvalInstall}\`.` },
  );
}
