import { mkdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { ApplicationFailure } from '@temporalio/common';
import type { Deps } from '../../activities/engine/deps.ts';
import { importModel } from '../../activities/import/import.ts';
import { namedProofs, type ProofReport } from '../../activities/import/proof/proof-report.ts';
import { quantize } from '../../activities/quantize/quantize.ts';
import { pinRoutes } from '../../activities/quantize/shell/prove-plan.ts';
import { TemperError } from '../../core/errors/temper-error.ts';
import type { Handle } from '../../core/handles.ts';
import { makePlan } from '../../core/language/plan/make-plan.ts';
import { OllamaServer } from '../../services/ollama/server.ts';
import { carryOut } from '../../test/rig/carry-out.ts';
import { type Cell, inOneLine, type RootedDeps } from './proved.ts';
import type { Trained } from './train-family.ts';

/** Threads that wait for each other on a busy machine make a tiny model a hundred times slower. */
const parameters = { num_thread: 1 };

/** Proves a trained model before its training on a shell, converts it, imports it and asks it, as the steps of a run do. */
export async function proveCell(
  deps: RootedDeps,
  { family, type, trained, ollama }: { family: string; type: string; trained: Trained; ollama: string },
): Promise<Cell> {
  const began = Date.now();
  let step = 'shell';
  const cell = (rest: Partial<Cell>): Cell => ({
    ollama,
    family,
    type,
    ...rest,
    seconds: Math.round((Date.now() - began) / 100) / 10,
  });
  try {
    const over = { pins: { ...trained.pins, routes: await shellRoutes(deps, trained, type) } };
    step = 'quantize';
    const { outputs: made } = await carryOut(quantize(deps), { model: trained.merged, type }, over);
    step = 'import';
    const name = `${family.toLowerCase()}-${type.toLowerCase()}`;
    const { outputs } = await carryOut(importModel(deps), { gguf: made.gguf, name, parameters }, over);
    const report = await readReport(deps, outputs.proof as Handle);
    step = 'answer';
    await answer(new OllamaServer(deps.ollama.serving), name);
    const { proven, notProvable } = namedProofs(report.proofs);
    const found = { engine: String(made.engine), template: report.template, proven, notProvable };
    return cell({ ...found, ...(report.drift ? { drift: report.drift.drift } : {}) });
  } catch (error) {
    const code =
      error instanceof TemperError ? error.code : error instanceof ApplicationFailure ? error.type : undefined;
    if (!code) throw error;
    return cell({ failed: { step, code, why: inOneLine((error as Error).message, deps.root) } });
  }
}

/** The document whose training and model are proven. */
export const documentOf = (base: string, type: string, source = '/rows.jsonl'): string => `
name: compatibility
steps:
  data: { uses: prepare, with: { source: ${source} } }
  train: { uses: train, with: { base: ${base}, dataset: "\${{ steps.data.outputs.dataset }}" } }
  best: { uses: checkpoint, with: { from: "\${{ steps.train.outputs.checkpoints }}" } }
  merged: { uses: merge, with: { base: ${base}, adapter: "\${{ steps.best.outputs.adapter }}" } }
  gguf: { uses: quantize, with: { model: "\${{ steps.merged.outputs.model }}", type: ${type} } }
  model: { uses: import, with: { gguf: "\${{ steps.gguf.outputs.gguf }}", name: m } }
`;

/** What a run does before its first step: the routes that shells of its bases have proven. Throws BASE_NOT_SERVABLE. */
export async function shellRoutes(deps: Deps, { base, pins }: Pick<Trained, 'base' | 'pins'>, type: string) {
  const asIs = (path: string) => path;
  const { plan } = makePlan(documentOf(base, type), '/p.yaml', {}, { fromDocument: asIs, fromShell: asIs });
  const folder = join(deps.runs, 'shells');
  await mkdir(folder, { recursive: true });
  const context = {
    deps,
    folder,
    logFile: join(folder, 'log.txt'),
    signal: new AbortController().signal,
    log: async () => {},
    progress: () => {},
  };
  return await pinRoutes(context, plan!, pins);
}

async function readReport(deps: Deps, proof: Handle): Promise<ProofReport> {
  const { path } = await deps.store.open(proof, { verify: true });
  return JSON.parse(await readFile(join(path, 'proof.json'), 'utf8')) as ProofReport;
}

/** A model of random weights says nothing sensible; that it says something is asked here, what it says is proven before. */
async function answer(server: OllamaServer, model: string): Promise<void> {
  const messages = [{ role: 'user', content: 'What color is snow?' }];
  // Greedily, as it was proven: what is drawn at random from a random model is more often a broken turn, which Ollama 0.33 refuses to read.
  const options = { num_predict: 8, temperature: 0, repeat_penalty: 1 };
  const { eval_count: tokens } = await server.chat({ model, messages, options });
  await server.unload(model);
  if (!(tokens > 0)) throw new TemperError('OLLAMA_FAILED', `${model} answers with no token`);
}
