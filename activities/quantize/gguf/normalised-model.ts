import { type Handle, shortDigest } from '../../../core/handles.ts';
import type { OpenArtifact } from '../../../services/store/artifacts.ts';
import type { StepContext } from '../../engine/step-context.ts';
import { runTrainer } from '../../process/run-trainer.ts';

/**
 * Brings a model into the form that importers read. The merge step already writes this form. The output of a `run` step
 * goes through the same verb: from a plain transformers directory, Ollama silently drops the rope values and the template.
 */
export async function normaliseModel(
  context: StepContext<'quantize'>,
  model: Handle,
): Promise<{ model: Handle; opened: OpenArtifact }> {
  const { deps, signal } = context;
  const opened = await deps.store.open(model, { verify: true, signal });
  if (opened.manifest.meta.adapter || opened.manifest.meta.normalised) return { model, opened };
  context.progress({ phase: { code: 'normalising', facts: {} } });
  const staging = await context.stage('model');
  const base = { path: opened.path, name: `artifact:${shortDigest(model.digest)}`, digest: model.digest };
  await runTrainer(context, 'merge', { base, adapter: null, out: `${staging}/files`, dtype: 'auto' });
  const normalised = await context.publish(staging, 'model', { ...opened.manifest.meta, normalised: model });
  return { model: normalised, opened: await deps.store.open(normalised) };
}
