import { join } from 'node:path';
import type { Handle } from '../../core/handles.ts';
import { megabytes } from '../../core/words/megabytes.ts';
import { checkRoom } from '../../services/machine/files/disk-space.ts';
import type { OpenArtifact } from '../../services/store/artifacts.ts';
import type { Deps } from '../engine/deps.ts';
import { step } from '../engine/step.ts';
import { chooseEngine, readModelFacts } from './gguf/choose-engine.ts';
import { convertModel, isQuantized } from './gguf/convert.ts';
import { normaliseModel } from './gguf/normalised-model.ts';
import { roomNeeded, weightBytes } from './gguf/room-for-gguf.ts';
import { templateDigest } from './gguf/template-digest.ts';
import { pinnedRoute } from './pinned-route.ts';

/**
 * Converts a model to f16 and quantizes that to the wanted type. The f16 parent of a quantized GGUF stays as an artifact:
 * the import proves the conversion on it, apart from the effects of quantization.
 */
export const quantize = (deps: Deps) =>
  step('quantize', deps, async (context) => {
    const { options } = context;
    const { model, opened } = await normaliseModel(context, options.model);
    const facts = await readModelFacts(opened.path);
    const template = await templateDigest(opened.path);
    const { engine, reason } =
      pinnedRoute(context.input.pins, opened.manifest, options) ?? chooseEngine(facts, options.type, options.engine);
    await context.log(`engine: ${engine} (${reason})`);
    const need = roomNeeded(
      { bytes: weightBytes(opened.manifest.files), bitsPerWeight: facts.bitsPerWeight },
      options.type,
      engine,
    );
    await checkRoom('the conversion', [
      { path: deps.store.root, bytes: need.store },
      { path: deps.ollama.ownModels, bytes: need.ollama },
    ]);

    const files = {
      first: join(await context.stage('f16'), 'files', 'model.gguf'),
      second: join(await context.stage(), 'files', 'model.gguf'),
    };
    const isParented = isQuantized(options.type);
    await convertModel(context, { model: opened.path, type: options.type, engine }, files);

    context.progress({ phase: { code: 'publishing', facts: {} } });
    const common = { ...lineage(opened), model, engine, reason, template };
    const publish = async (file: string, meta: { type: string; parent: Handle | null }) =>
      await context.publish(join(file, '..', '..'), 'gguf', { ...common, ...meta });
    const first = await publish(files.first, { type: isParented ? 'f16' : options.type, parent: null });
    const gguf = isParented ? await publish(files.second, { type: options.type, parent: first }) : first;
    return {
      outputs: { gguf, bytes: gguf.size, engine },
      summary: `${options.type} by ${engine}, ${megabytes(gguf.size)} MB${isParented ? ` (f16: ${megabytes(first.size)} MB)` : ''}: ${reason}`,
    };
  });

/** Copies the model's lineage, so that the served model can name its training rows. */
const lineage = (opened: OpenArtifact) =>
  Object.fromEntries(
    Object.entries(opened.manifest.meta).filter(([name]) =>
      ['dataset', 'base', 'adapter', 'continued_from', 'thoughts'].includes(name),
    ),
  );
