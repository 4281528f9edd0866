import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import type { LocalModel } from '../../core/init/facts.ts';
import { ggufArchitectures } from '../../core/kinds/gguf-architectures.ts';
import { fullModelName } from '../../core/model-name.ts';
import { homeRoot } from '../machine/home.ts';
import { modelFolders } from '../ollama/model-file.ts';
import { readAllServed } from '../ollama/served-models.ts';
import { OllamaServer } from '../ollama/server.ts';
import { servingOllama } from '../ollama/serving-ollama.ts';
import { isStagingName } from '../ollama/staging-names.ts';
import { storedModel } from '../ollama/stored-model.ts';
import { inspectGguf } from './inspect-gguf.ts';

/** Milliseconds in which a server of this machine answers. */
const patienceMs = 2000;

/**
 * The models of the serving Ollama that a training can start from, or those in the folders of an Ollama of this machine where
 * none answers.
 */
export async function localModels(): Promise<LocalModel[]> {
  const root = homeRoot();
  const ownFolder = join(root, 'ollama', 'models');
  const url = await servingOllama({ stateFile: join(root, 'services', 'state.json') });
  const names =
    (await new OllamaServer(url)
      .models(AbortSignal.timeout(patienceMs))
      .then((models) => models.map(({ name }) => name))
      .catch(() => undefined)) ?? (await storedNames([ownFolder, ...modelFolders()]));
  const made = new Set(
    Object.values(await readAllServed(join(root, 'store'))).map(({ name }) => fullModelName(name).split(':')[0]),
  );
  const facts = await Promise.all(names.filter((name) => !isStagingName(name)).map((name) => factsOf(name, ownFolder)));
  return facts.flatMap((each) => {
    if (!each) return [];
    return made.has(fullModelName(each.name).split(':')[0]) ? [{ ...each, tuned: true as const }] : [each];
  });
}

async function factsOf(name: string, ownFolder: string): Promise<LocalModel | undefined> {
  const path = await storedModel(name, [ownFolder]);
  const facts = path === undefined ? undefined : await inspectGguf(path).catch(() => undefined);
  if (facts?.gguf === undefined || !facts.hasTemplate) return undefined;
  const { architecture, kind, experts, hasEncoder, quantization } = facts.gguf;
  if (!(architecture in ggufArchitectures) || kind !== 'model' || experts > 0 || hasEncoder) return undefined;
  const context = facts.config?.max_position_embeddings;
  return {
    name,
    parameters: facts.weights.numbers,
    ...(quantization === undefined ? {} : { quantization }),
    ...(typeof context === 'number' ? { context } : {}),
  };
}

/** Names of the models whose manifests lie in the folders, as Ollama writes them. */
async function storedNames(folders: readonly string[]): Promise<string[]> {
  const paths = await Promise.all(
    folders.map((folder) => readdir(join(folder, 'manifests'), { recursive: true }).catch(() => [])),
  );
  const names = paths.flat().flatMap((path) => {
    const [, registry, rest, tag] = /^([^/]+)\/(.+)\/([^/]+)$/.exec(path) ?? [];
    const short = registry === 'registry.ollama.ai' ? rest?.replace(/^library\//, '') : `${registry}/${rest}`;
    return tag === undefined ? [] : [`${short}:${tag}`];
  });
  return [...new Set(names)];
}
