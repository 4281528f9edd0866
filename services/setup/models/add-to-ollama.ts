import prettyBytes from 'pretty-bytes';
import { isSameModelName } from '../../../core/model-name.ts';
import { cacheDir } from '../../machine/home.ts';
import { withoutCredentials } from '../../machine/mask.ts';
import { type Reporter, whileWorking } from '../../machine/report.ts';
import { addGguf } from '../../ollama/add-gguf.ts';
import type { OllamaServer } from '../../ollama/server.ts';
import { ensureSmallModel } from './small-model.ts';

/** The small real model as Ollama's own library names it: who has pulled it from there trains on that one. */
export const smallModel = 'smollm2:135m';

/** Has Ollama get a model, unless it has it: the small one from the Python registry, any other from Ollama's own. */
export async function addToOllama(server: OllamaServer, name: string, reporter: Reporter): Promise<void> {
  if (await server.find(name)) return;
  const at = withoutCredentials(server.url);
  if (isSameModelName(name, smallModel)) {
    const { path } = await ensureSmallModel(cacheDir(), reporter.report, reporter);
    reporter.report(`Ollama at ${at} gets ${name}, 98 MB`);
    return await addGguf(server, name, path);
  }
  await whileWorking(reporter, name, async (say) => {
    say(`Ollama at ${at} pulls it`);
    await server.pull(name, {
      onBytes: (done, total) => say(`Ollama at ${at} pulls it`, `${prettyBytes(done)} of ${prettyBytes(total)}`),
    });
  });
}
