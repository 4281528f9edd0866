import { join } from 'node:path';
import { TemperError } from '../../core/errors/temper-error.ts';
import { type Handle, shortDigest } from '../../core/handles.ts';
import { looksLikeHandle } from '../../core/json.ts';
import { findDifferences, type Ingredients } from '../../core/key-difference.ts';
import type { StepOptions } from '../../core/kinds/registry.ts';
import type { Reason } from '../../core/reasons.ts';
import type { PlannedStep } from '../../core/run/plan.ts';
import type { Pins } from '../../protocol/activities.ts';
import { withoutCredentials } from '../../services/machine/mask.ts';
import { readServed } from '../../services/ollama/served-models.ts';
import { resolveModel } from '../../services/ollama/server.ts';
import { readStepOutcomes } from '../../services/runs/step-outcome.ts';
import { readLatest } from '../../services/store/previous-results.ts';
import { readStepRecord } from '../../services/store/reuse-index.ts';
import type { Deps } from '../engine/deps.ts';
import type { Asking } from '../engine/reuse/keyed.ts';

type ContinueFrom = StepOptions['train']['continue_from'];

/** Returns the name in Ollama that a training continues from; undefined if the option is an adapter. */
const servedNameOf = (from: ContinueFrom): string | undefined =>
  typeof from === 'string' ? from : from && !looksLikeHandle(from) ? from.model : undefined;

/** Finds the adapter of the served model that a step names. Returns null if there is no such model and the step says `or: fresh`. */
export async function resolveAdapter(
  deps: Deps,
  step: Pick<PlannedStep, 'id' | 'with'>,
  name: string,
): Promise<Handle | null> {
  const { continue_from } = step.with as { continue_from?: { or?: string } };
  const server = withoutCredentials(deps.ollama.serving);
  const digest = await resolveModel(deps, name);
  if (digest === undefined) {
    if (continue_from?.or === 'fresh') return null;
    throw new TemperError(
      'MODEL_NOT_IN_OLLAMA',
      `step "${step.id}" continues from the model "${name}", which Ollama at ${server} does not have`,
      {
        remedy: `Correct the name, or write \`continue_from: { model: "${name}", or: fresh }\`: as long as there is no such model, the training starts from the base model.`,
      },
    );
  }
  const adapter = (await readServed(deps.store.root, digest))?.lineage.adapter;
  const refusal = `step "${step.id}" continues from the model "${name}"`;
  if (!looksLikeHandle(adapter))
    throw new TemperError(
      'NO_ADAPTER',
      `${refusal}, but this home knows no adapter of ${name} (${shortDigest(digest)}) in Ollama at ${server}`,
    );
  await deps.store.keepFromCleanup(adapter);
  if ((await deps.store.condition(adapter)) !== 'whole')
    throw new TemperError(
      'NO_ADAPTER',
      `${refusal}, whose adapter ${adapter.digest.slice(0, 19)} is no longer in the store`,
    );
  const { uri, size, kind } = adapter;
  return { uri, digest: adapter.digest, size, kind };
}

/** Returns the adapter that a training starts from, as pinned by the run, with its name; undefined if it starts from the base model. */
export function adapterToContinue(
  from: ContinueFrom,
  pins: Pick<Pins, 'adapters'>,
): { adapter: Handle; name: string } | undefined {
  if (from === undefined) return undefined;
  if (looksLikeHandle(from)) return { adapter: from, name: `artifact:${shortDigest(from.digest)}` };
  const name = servedNameOf(from)!;
  const pinned = pins.adapters?.[name];
  if (pinned === undefined)
    throw new TemperError('BAD_OPTIONS', `\`continue_from\` names ${name}, which was unknown when the run began`, {
      remedy: 'Write the name into the document or give it as an input: it is resolved when the run starts.',
    });
  return pinned === null ? undefined : { adapter: pinned, name };
}

/**
 * Finds the training that made the served adapter, if it used the same rows and options. Its result is reused: otherwise
 * every night would train the same rows again on top of that adapter. Returns the key of that training, with the reason.
 */
export async function findServedResult(
  deps: Deps,
  { pipeline, step, pins }: Asking,
  ingredients: Ingredients,
): Promise<{ key: string; because: Reason } | undefined> {
  const { continue_from: from, ...options } = ingredients.options as { continue_from?: Handle };
  if (pipeline === undefined || step === undefined || !from) return undefined;
  const model = Object.entries(pins.adapters ?? {}).find(([, adapter]) => adapter?.digest === from.digest)?.[0];
  if (model === undefined) return undefined;
  const latest = await readLatest(deps.store.root, { pipeline, step });
  if (latest?.ingredients.kind !== 'train') return undefined;
  const { continue_from: _, ...before } = latest.ingredients.options as { continue_from?: Handle };
  const changes = findDifferences({ ...latest.ingredients, options: before }, { ...ingredients, options });
  if (changes.length > 0 || !looksLikeHandle(latest.outputs.checkpoints)) return undefined;
  if (!(await cameFrom(deps, latest.runId, { adapter: from, checkpoints: latest.outputs.checkpoints })))
    return undefined;
  return { key: latest.key, because: { code: 'served', facts: { model, run: latest.runId } } };
}

/** Returns true if a run made the adapter from these checkpoints. The adapter does not name them: equal trainings give the same adapter. */
async function cameFrom(
  deps: Deps,
  runId: string,
  { adapter, checkpoints }: Readonly<Record<'adapter' | 'checkpoints', Handle>>,
): Promise<boolean> {
  for (const { uses, outputs, key } of Object.values(await readStepOutcomes(join(deps.runs, runId)))) {
    const output = outputs.adapter;
    if (uses !== 'checkpoint' || !looksLikeHandle(output) || output.digest !== adapter.digest) continue;
    const { options } = ((await readStepRecord(deps.store.root, key))?.ingredients ?? {}) as Partial<Ingredients>;
    const { from } = (options ?? {}) as { from?: { digest?: string } };
    if (from?.digest === checkpoints.digest) return true;
  }
  return false;
}
