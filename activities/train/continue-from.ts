import { join } from 'node:path';
import { TemperError } from '../../core/errors/temper-error.ts';
import { type Handle, shortDigest } from '../../core/handles.ts';
import { looksLikeHandle } from '../../core/json.ts';
import { differences, type Ingredients } from '../../core/key-difference.ts';
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
import type { Asking } from '../engine/keyed.ts';

type ContinueFrom = StepOptions['train']['continue_from'];

/** The name in Ollama that a training continues from; undefined where it is given an adapter. */
export const nameToContinueFrom = (from: ContinueFrom): string | undefined =>
  typeof from === 'string' ? from : from && !looksLikeHandle(from) ? from.model : undefined;

/** The adapter that a served model was made of, for a step that names the model. Null where there is none yet and none is needed. */
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
        remedy: `Correct the name, or write \`continue_from: { model: "${name}", or: fresh }\`: the training then begins anew until there is one.`,
      },
    );
  }
  const adapter = (await readServed(deps.store.root, digest))?.lineage.adapter;
  const refusal = `step "${step.id}" continues from the model "${name}"`;
  if (!looksLikeHandle(adapter))
    throw new TemperError(
      'NO_ADAPTER',
      `${refusal}, but this home knows of no adapter that ${name} (${shortDigest(digest)}) in Ollama at ${server} was made of`,
    );
  await deps.store.want(adapter);
  if ((await deps.store.condition(adapter)) !== 'whole')
    throw new TemperError(
      'NO_ADAPTER',
      `${refusal}, whose adapter ${adapter.digest.slice(0, 19)} is no longer in the store`,
    );
  const { uri, size, kind } = adapter;
  return { uri, digest: adapter.digest, size, kind };
}

/** The adapter a training starts from, as the run has fixed it, with the name it was asked for by. */
export function adapterToContinue(
  from: ContinueFrom,
  pins: Pick<Pins, 'adapters'>,
): { adapter: Handle; name: string } | undefined {
  if (from === undefined) return undefined;
  if (looksLikeHandle(from)) return { adapter: from, name: `artifact:${shortDigest(from.digest)}` };
  const name = nameToContinueFrom(from)!;
  const pinned = pins.adapters?.[name];
  if (pinned === undefined)
    throw new TemperError('BAD_OPTIONS', `continue_from names ${name}, which was not known when the run began`, {
      remedy: 'Write the name into the document or give it as an input: it is looked up at the start of the run.',
    });
  return pinned === null ? undefined : { adapter: pinned, name };
}

/**
 * A training that continues from what is served has nothing to do when that was trained on the same rows with the same
 * options: its own result would be trained once more, every night. The key of that training, and what to say of it.
 */
export async function servedResult(
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
  const others = differences({ ...latest.ingredients, options: before }, { ...ingredients, options });
  if (others.length > 0 || !looksLikeHandle(latest.outputs.checkpoints)) return undefined;
  if (!(await cameFrom(deps, latest.runId, { adapter: from, checkpoints: latest.outputs.checkpoints })))
    return undefined;
  return { key: latest.key, because: { code: 'served', facts: { model, run: latest.runId } } };
}

/** Whether a run has made an adapter of these checkpoints. The adapter itself does not say: equal trainings give one. */
async function cameFrom(
  deps: Deps,
  runId: string,
  { adapter, checkpoints }: Readonly<Record<'adapter' | 'checkpoints', Handle>>,
): Promise<boolean> {
  for (const { uses, outputs, key } of Object.values(await readStepOutcomes(join(deps.runs, runId)))) {
    const made = outputs.adapter;
    if (uses !== 'checkpoint' || !looksLikeHandle(made) || made.digest !== adapter.digest) continue;
    const { options } = ((await readStepRecord(deps.store.root, key))?.ingredients ?? {}) as Partial<Ingredients>;
    const { from } = (options ?? {}) as { from?: { digest?: string } };
    if (from?.digest === checkpoints.digest) return true;
  }
  return false;
}
