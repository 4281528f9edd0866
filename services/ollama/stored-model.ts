import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { isRecord } from '../../core/json.ts';
import { fullModelName } from '../../core/model-name.ts';
import { blobPath, modelFolders } from './model-file.ts';

const registry = 'registry.ollama.ai';
const weights = 'application/vnd.ollama.image.model';

/**
 * Finds the weights of a model in the folder of an Ollama of this machine without asking the server. Undefined where no
 * folder that this user may read has the model.
 */
export async function storedModel(name: string, more: readonly string[] = []): Promise<string | undefined> {
  const [path = '', tag = 'latest'] = split(fullModelName(name));
  const parts = path.split('/');
  const place = [...[registry, 'library'].slice(0, Math.max(0, 3 - parts.length)), ...parts, tag];
  if (place.some((part) => part === '' || part.startsWith('.'))) return undefined;
  for (const folder of [...more, ...modelFolders()]) {
    const text = await readFile(join(folder, 'manifests', ...place), 'utf8').catch(() => undefined);
    const digest = text === undefined ? undefined : digestIn(text);
    if (digest !== undefined) return blobPath(folder, digest);
  }
  return undefined;
}

function split(name: string): [string, string] {
  const at = name.lastIndexOf(':');
  return [name.slice(0, at), name.slice(at + 1)];
}

function digestIn(manifest: string): string | undefined {
  try {
    const value: unknown = JSON.parse(manifest);
    const layers = isRecord(value) && Array.isArray(value.layers) ? value.layers : [];
    const digest: unknown = layers.find((layer) => isRecord(layer) && layer.mediaType === weights)?.digest;
    return typeof digest === 'string' && /^sha256:[0-9a-f]{64}$/.test(digest) ? digest : undefined;
  } catch {
    return undefined;
  }
}
