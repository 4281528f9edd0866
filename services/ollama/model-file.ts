import { access, constants } from 'node:fs/promises';
import { homedir } from 'node:os';
import { basename, join } from 'node:path';
import { TemperError } from '../../core/errors/temper-error.ts';
import { withoutCredentials } from '../machine/mask.ts';
import { pathSetting } from '../settings/settings.ts';
import type { OllamaServer } from './server.ts';

/** The file of weights behind a name in Ollama. */
export interface ModelFile {
  path: string;
  /** `sha256:…` by the name of the file in Ollama's store: that of its bytes. */
  digest: string;
  /** The system message that Ollama adds by itself. */
  system?: string;
}

type Environment = Readonly<Record<string, string | undefined>>;

/** Folders where an Ollama of this machine may keep its models; that of the server itself comes from its own answer. */
export const modelFolders = (env: Environment = process.env): string[] => [
  ...new Set([
    ...[pathSetting('OLLAMA_MODELS', env) ?? []].flat(),
    join(env.HOME ?? homedir(), '.ollama', 'models'),
    '/usr/share/ollama/.ollama/models',
    '/var/lib/ollama',
  ]),
];

/** The file of a digest in a folder of models. */
export const blobPath = (models: string, digest: string): string => join(models, 'blobs', digest.replace(':', '-'));

/**
 * Finds the GGUF file of a model by asking its server. Throws GGUF_UNSUPPORTED for a model that is more than one file, and
 * FILE_NOT_FOUND where the file lies on another machine or only others may read it.
 */
export async function modelFile(
  server: OllamaServer,
  name: string,
  { env = process.env, signal }: { env?: Environment; signal?: AbortSignal } = {},
): Promise<ModelFile> {
  const { told, digest, system } = await toldFile(server, name, signal);
  const blob = basename(told);
  const places = [told, ...modelFolders(env).map((folder) => join(folder, 'blobs', blob))];
  for (const path of places) {
    if (await isReadable(path)) return { path, digest, ...(system ? { system } : {}) };
  }
  throw new TemperError(
    'FILE_NOT_FOUND',
    `the weights of ollama:${name} are ${told} for the Ollama at ${withoutCredentials(server.url)}, and temper cannot read that file here`,
    {
      remedy:
        'If Ollama runs as a service, let your user read its files: `sudo usermod -a -G ollama $USER`, then log in again and restart temper. If it runs on another machine, copy the file here and name it: `base: ./model.gguf`.',
    },
  );
}

/** The digest of a model's weights, wherever its file lies. Throws GGUF_UNSUPPORTED as `modelFile` does. */
export const weightsOf = async (server: OllamaServer, name: string, signal?: AbortSignal): Promise<string> =>
  (await toldFile(server, name, signal)).digest;

/** The digest of a model's weights, whether or not an adapter is on them; undefined where Ollama does not tell. */
export async function weightsUnder(
  server: OllamaServer,
  name: string,
  signal?: AbortSignal,
): Promise<string | undefined> {
  const { models } = filesIn((await server.show(name, signal)).modelfile);
  return models[0] === undefined ? undefined : digestIn(models[0]);
}

async function toldFile(server: OllamaServer, name: string, signal: AbortSignal | undefined) {
  const { modelfile, system } = await server.show(name, signal);
  const { models, adapters } = filesIn(modelfile);
  const [told] = models;
  const digest = told === undefined ? undefined : digestIn(told);
  const refuse = (why: string) =>
    new TemperError('GGUF_UNSUPPORTED', `ollama:${name} cannot become a base model: ${why}`);
  if (told === undefined || digest === undefined) throw refuse('Ollama does not say which file holds its weights');
  if (models.length > 1) throw refuse('it has an encoder of images or sounds beside the language model');
  if (adapters.length > 0) throw refuse('it is an adapter on another model; name that one');
  return { told, digest, system };
}

/** The lines that name files stand before all texts of the model, whose lines may begin with any word. */
function filesIn(modelfile: string): { models: string[]; adapters: string[] } {
  const end = modelfile.search(/^(?:TEMPLATE|SYSTEM|PARAMETER|LICENSE|MESSAGE|RENDERER|PARSER|REQUIRES)\b/m);
  const head = end < 0 ? modelfile : modelfile.slice(0, end);
  const all = (word: string) => [...head.matchAll(new RegExp(`^${word} (.+)$`, 'gm'))].map((found) => found[1]!.trim());
  return { models: all('FROM'), adapters: all('ADAPTER') };
}

function digestIn(path: string): string | undefined {
  const hex = /sha256-([0-9a-f]{64})$/.exec(path)?.[1];
  return hex && `sha256:${hex}`;
}

const isReadable = async (path: string): Promise<boolean> =>
  await access(path, constants.R_OK).then(
    () => true,
    () => false,
  );
