import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { TemperError } from '../../core/errors/temper-error.ts';
import { knowsArchitecture } from '../../core/kinds/ollama-converter.ts';
import { isLocalBase } from '../../core/kinds/options/base-source.ts';
import type { StepOptions } from '../../core/kinds/registry.ts';
import { askedEngine } from '../../core/quantization/types.ts';
import { expandPlan, type StepInstance } from '../../core/run/expand-matrix.ts';
import type { Plan } from '../../core/run/plan.ts';
import type { Pins } from '../../protocol/activities.ts';
import type { Deps, WorkContext } from '../engine/deps.ts';
import { pinRoutes } from './shell/prove-plan.ts';

/**
 * Refuses a base model whose models could not be converted and served, before time is spent on its training. The output of
 * another step is not known yet; its conversion checks it.
 */
export async function preflight(context: WorkContext, plan: Plan, pins: Pins): Promise<Partial<Pins>> {
  await refuseArchitectures(context.deps, plan, pins);
  const routes = await pinRoutes(context, plan, pins);
  return routes.length > 0 ? { routes } : {};
}

/** Refuses what no converter knows by name, in milliseconds. */
async function refuseArchitectures(deps: Deps, plan: Plan, pins: Pins): Promise<void> {
  for (const { plan: inner } of plan.steps) if (inner) await refuseArchitectures(deps, inner, pins);
  const steps = expandPlan(plan);
  const engines = new Set(steps.filter((step) => step.uses === 'quantize').map(engineOf));
  if (engines.size === 0) return;
  const seen = new Set<string>();
  for (const step of steps.filter((step) => step.uses === 'train')) {
    const { base } = step.with as { base?: unknown };
    if (typeof base !== 'string' || base.includes('${{') || seen.has(base)) continue;
    seen.add(base);
    const architecture = pins.bases[base]?.architecture ?? (isLocalBase(base) ? await architectureOf(base) : undefined);
    if (!architecture || knowsArchitecture(architecture)) continue;
    const refusal = `step "${step.id}" trains ${base}, a ${architecture}`;
    if (engines.has('ollama')) {
      throw new TemperError('UNSUPPORTED_ARCHITECTURE', `${refusal}, which Ollama's converter does not know`, {
        remedy: 'Set `engine: auto` or `engine: llama.cpp` in the quantize step, or choose another base model.',
      });
    }
    const { source, version } = await deps.converter(() => {});
    if (!(await canConvert(source, architecture))) {
      throw new TemperError(
        'UNSUPPORTED_ARCHITECTURE',
        `${refusal}, which neither Ollama's converter nor llama.cpp's (${version}) knows`,
      );
    }
  }
}

const engineOf = (step: StepInstance) => askedEngine(step.with as unknown as StepOptions['quantize']);

async function architectureOf(folder: string): Promise<string | undefined> {
  const text = await readFile(join(folder, 'config.json'), 'utf8').catch(() => '{}');
  try {
    return (JSON.parse(text) as { architectures?: string[] }).architectures?.[0];
  } catch {
    return undefined; // the training reports the broken file
  }
}

/** Looks for the architecture in the converter's source: in its package, or in older trees in its only file. */
async function canConvert(source: string, architecture: string): Promise<boolean> {
  for (const file of ['conversion/__init__.py', 'convert_hf_to_gguf.py']) {
    const text = await readFile(join(source, file), 'utf8').catch(() => '');
    if (text.includes(`"${architecture}"`)) return true;
  }
  return false;
}
