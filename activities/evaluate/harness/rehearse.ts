import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { TemperError } from '../../../core/errors/temper-error.ts';
import { canonicalJson } from '../../../core/json.ts';
import { type HarnessOption, harness } from '../../../core/kinds/options/harness.ts';
import { definitionOf } from '../../../core/kinds/registry.ts';
import { expandWithin } from '../../../core/run/expand-matrix.ts';
import type { Plan } from '../../../core/run/plan.ts';
import type { Pins } from '../../../protocol/activities.ts';
import { findLmEval, lmEvalVersion } from '../../../services/setup/programs/lm-eval.ts';
import { hashText } from '../../../services/store/durable-files.ts';
import type { WorkContext } from '../../engine/deps.ts';
import { refuseLogin } from './ask-harness.ts';
import { harnessArguments } from './harness-arguments.ts';
import { runLmEval } from './run-lm-eval.ts';

/**
 * Has lm_eval ask one question of each task before anything is trained. A server of this process gives every question the same
 * answer, so no model is loaded. It shows that lm_eval works, that it knows the tasks and has their data, and that they ask for
 * an answer and not for probabilities. What went well once is not tried again. Throws HARNESS_FAILED.
 */
export async function rehearseHarness(
  context: Pick<WorkContext, 'deps' | 'logFile' | 'signal' | 'progress'>,
  plan: Pick<Plan, 'steps'>,
  pins: Pins,
): Promise<void> {
  const program = findLmEval();
  // The checks tell of one that is missing.
  if (program === undefined) return;
  const version = await lmEvalVersion(program);
  for (const { id, uses, with: options } of expandWithin(plan)) {
    const name = definitionOf(uses)?.harnessOption;
    const option = harness.safeParse(name === undefined ? undefined : (options as Record<string, unknown>)[name]).data;
    if (option === undefined) continue;
    refuseLogin(context.deps.ollama.serving);
    const { tasks, fewshot = null, include_path } = option;
    const files = include_path === undefined ? null : (pins.files[include_path]?.digest ?? null);
    const done = join(
      context.deps.pins,
      'harness',
      hashText(canonicalJson({ version: version ?? null, tasks, fewshot, files })),
    );
    if (existsSync(done)) continue;
    context.progress({ phase: { code: 'trying_harness', facts: { tasks: tasks.length } } });
    const why = await tryTasks(context, program, option);
    if (why !== undefined)
      throw new TemperError('HARNESS_FAILED', `step "${id}" cannot have ${tasks.join(', ')} asked by lm_eval: ${why}`);
    await mkdir(join(context.deps.pins, 'harness'), { recursive: true });
    await writeFile(done, '');
  }
}

async function tryTasks(
  context: Pick<WorkContext, 'logFile' | 'signal'>,
  program: string,
  option: HarnessOption,
): Promise<string | undefined> {
  const out = await mkdtemp(join(tmpdir(), 'temper-harness-'));
  const server = createServer((request, response) => {
    request.resume();
    response.setHeader('content-type', 'application/json');
    response.end(JSON.stringify({ choices: [{ index: 0, message: { role: 'assistant', content: '1' } }] }));
  });
  try {
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
    const args = harnessArguments({ option: { ...option, limit: 1 }, model: 'trial', url, seed: 0, out });
    return (await runLmEval(context, { program, args, cwd: option.include_path ?? out })).why;
  } finally {
    server.close();
    server.closeAllConnections();
    await rm(out, { recursive: true, force: true });
  }
}
