import { TemperError } from '../../core/errors/temper-error.ts';
import { type Handle, ollamaName, shortDigest } from '../../core/handles.ts';
import type { OllamaServer } from '../../services/ollama/server.ts';
import type { StepContext } from '../engine/step-context.ts';
import type { Model } from './conclude.ts';

type Context = StepContext<'evaluate'>;

/** Finds a model by its present name. Throws INPUT_CHANGED if the name no longer stands for the model that the run has pinned. */
export async function identify(context: Context, server: OllamaServer, model: string | Handle): Promise<Model> {
  const found = await lookUp(context, server, model);
  if (!found) throw new TemperError('MODEL_NOT_IN_OLLAMA', `Ollama at ${server.url} has no model ${ollamaName(model)}`);
  return found;
}

/** Returns undefined if the document names no model in production, or if Ollama has none under that name yet. */
export async function findProduction(context: Context, server: OllamaServer): Promise<Model | undefined> {
  const { production } = context.options;
  return production === undefined ? undefined : await lookUp(context, server, production);
}

async function lookUp(context: Context, server: OllamaServer, model: string | Handle): Promise<Model | undefined> {
  const name = ollamaName(model);
  const found = await server.find(name, context.signal);
  const expected = typeof model === 'string' ? context.input.pins.models[name] : model.digest;
  if (found && expected !== undefined && expected !== found.digest) {
    throw new TemperError(
      'INPUT_CHANGED',
      `${name} was ${shortDigest(expected)} when the run began, and is ${shortDigest(found.digest)} now`,
    );
  }
  return found && { name, digest: found.digest };
}
