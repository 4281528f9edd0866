import { rename } from 'node:fs/promises';
import { isQuantized } from '../../../core/quantization/types.ts';
import type { WorkContext } from '../../engine/deps.ts';
import { convertByLlamaCpp, quantizeByLlamaCpp } from './by-llama-cpp.ts';
import { convertByOllama, quantizeByOllama, takeGguf } from './by-ollama.ts';
import type { Engine } from './choose-engine.ts';
import { StagingModels } from './staging-models.ts';

/** Writes the f16 file or, for a type that is not quantized, that type to `first`; the quantized file to `second`. */
export async function convertModel(
  context: WorkContext,
  { model, type, engine }: { model: string; type: string; engine: Engine },
  files: { first: string; second: string },
): Promise<void> {
  if (engine === 'ollama') {
    await StagingModels.use(context, async (staging) => {
      const first = await convertByOllama(context, staging, model);
      await takeGguf(context, first, files.first);
      if (isQuantized(type))
        await takeGguf(context, await quantizeByOllama(context, staging, first, type), files.second);
    });
    return;
  }
  await convertByLlamaCpp(context, model, isQuantized(type) ? 'f16' : type, `${files.first}.part`);
  await rename(`${files.first}.part`, files.first);
  if (isQuantized(type)) await quantizeByLlamaCpp(context, files.first, type, files.second);
}
