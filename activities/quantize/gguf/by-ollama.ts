import { readFile, rm } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { TemperError } from '../../../core/errors/temper-error.ts';
import type { CreateStatus } from '../../../services/ollama/messages.ts';
import { blobPath } from '../../../services/ollama/model-file.ts';
import { OllamaServer } from '../../../services/ollama/server.ts';
import { copyTree, hashFile, listFiles } from '../../../services/store/durable-files.ts';
import type { WorkContext } from '../../engine/deps.ts';
import { removeFirstVersion } from './leftover-blobs.ts';
import type { StagingModels } from './staging-models.ts';

type Context = WorkContext;

/** Converts a model directory with the create API of temper's own Ollama. Returns the name of a staging model there. */
export async function convertByOllama(context: Context, staging: StagingModels, model: string): Promise<string> {
  const server = new OllamaServer(context.deps.ollama.own);
  const { signal } = context;
  const files: Record<string, string> = {};
  const uploaded: string[] = [];
  for (const path of (await listFiles(model)).filter(isRead)) {
    const digest = `sha256:${await hashFile(join(model, path), signal)}`;
    files[path] = digest;
    if (await server.hasBlob(digest, signal)) continue;
    uploaded.push(digest);
    await server.uploadBlob(join(model, path), digest, {
      signal,
      onBytes: (sent, total) =>
        context.progress({ phase: { code: 'uploading', facts: { file: basename(path) } }, fraction: sent / total }),
    });
  }
  const name = await staging.name(server);
  const since = Date.now();
  try {
    await server.create({ model: name, files, quantize: 'f16' }, { signal, onStatus: tellStatus(context) });
  } finally {
    // Ollama keeps uploaded files until it restarts, which takes the disk space of the model a second time.
    await Promise.all(uploaded.map((digest) => rm(blobPath(context.deps.ollama.ownModels, digest), { force: true })));
  }
  const { ownModels } = context.deps.ollama;
  const { digest } = await modelLayer(context, name);
  await removeFirstVersion(ownModels, basename(blobPath(ownModels, digest)), since);
  return name;
}

export async function quantizeByOllama(
  context: Context,
  staging: StagingModels,
  from: string,
  type: string,
): Promise<string> {
  const server = new OllamaServer(context.deps.ollama.own);
  const name = await staging.name(server);
  await server.create({ model: name, from, quantize: type }, { signal: context.signal, onStatus: tellStatus(context) });
  return name;
}

/** The GGUF of a staging model in the store of temper's own Ollama. */
async function modelLayer(context: Context, name: string): Promise<{ digest: string }> {
  const { own, ownModels } = context.deps.ollama;
  const manifestFile = join(ownModels, 'manifests', 'registry.ollama.ai', 'library', name, 'latest');
  const text = await readFile(manifestFile, 'utf8').catch(() => {
    throw new TemperError('OLLAMA_FAILED', `the Ollama at ${own} created ${name}, but its store is not ${ownModels}`, {
      remedy: 'Run `npx temper up`; conversions then use the Ollama that temper starts for itself.',
    });
  });
  const { layers } = JSON.parse(text) as { layers: { mediaType: string; digest: string }[] };
  const layer = layers.find(({ mediaType }) => mediaType === 'application/vnd.ollama.image.model');
  if (!layer) throw new TemperError('OLLAMA_FAILED', `${name} has no model layer (${manifestFile})`);
  return layer;
}

/** Copies the GGUF of a staging model out of the store of temper's own Ollama. */
export async function takeGguf(context: Context, name: string, to: string): Promise<void> {
  const { ownModels } = context.deps.ollama;
  const layer = await modelLayer(context, name);
  await copyTree(blobPath(ownModels, layer.digest), to);
  const found = `sha256:${await hashFile(to, context.signal)}`;
  if (found !== layer.digest)
    throw new TemperError(
      'OLLAMA_FAILED',
      `the GGUF in Ollama's store is damaged: it has the digest ${found}, not ${layer.digest}`,
    );
}

/** The files that Ollama's converter reads. Because of a single empty file it takes the upload for no model; none of these is empty. */
const isRead = (path: string) => /^[^/]+\.(?:safetensors|json)$/.test(path) || path === 'tokenizer.model';

const tellStatus =
  (context: Context) =>
  ({ status, completed, total }: CreateStatus) =>
    context.progress({
      phase: { code: 'ollama', facts: { status } },
      ...(completed !== undefined && total ? { fraction: completed / total } : {}),
    });
