import { open, readdir, readFile, rm, stat } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { blobPath } from '../../../services/ollama/model-file.ts';
import type { Deps } from '../../engine/deps.ts';

/** The two differ in the order of their tensors, and at most a little in size. */
const maxSizeDifference = 1 << 20;

/**
 * Ollama 0.33 writes a converted model a second time by llama.cpp's quantizer, and keeps the first file until it restarts:
 * the disk space of the model once more. No answer names that file. So it is the GGUF file of the store that came since
 * `since`, is about as large as `result`, and belongs to no model. Should it be another's upload that has no model yet,
 * that import is repeated as after a restart of Ollama.
 */
export async function removeFirstVersion(models: string, result: string, since: number): Promise<void> {
  const folder = join(models, 'blobs');
  const { size } = await stat(join(folder, result));
  const used = await digestsInUse(join(models, 'manifests'));
  for (const name of await readdir(folder)) {
    if (name === result || used.has(name)) continue;
    const path = join(folder, name);
    const facts = await stat(path).catch(() => undefined);
    if (!facts || facts.mtimeMs < since || Math.abs(facts.size - size) > maxSizeDifference) continue;
    if (await isGguf(path)) await rm(path, { force: true });
  }
}

/**
 * Removes a GGUF file that was uploaded to temper's own Ollama, unless a model stands on it. Ollama 0.33 also writes an
 * uploaded f16, bf16 or f32 file anew, and keeps the upload until it restarts. The store of another Ollama is not temper's.
 */
export async function removeUpload({ ollama }: Pick<Deps, 'ollama'>, digest: string): Promise<void> {
  if (ollama.serving !== ollama.own) return;
  const path = blobPath(ollama.ownModels, digest);
  const used = await digestsInUse(join(ollama.ownModels, 'manifests')).catch(() => undefined);
  if (used && !used.has(basename(path))) await rm(path, { force: true });
}

/** Names of the files that a model stands on. */
async function digestsInUse(manifests: string): Promise<Set<string>> {
  const used = new Set<string>();
  for (const entry of await readdir(manifests, { recursive: true, withFileTypes: true })) {
    if (!entry.isFile()) continue;
    const text = await readFile(join(entry.parentPath ?? entry.path, entry.name), 'utf8').catch(() => '');
    for (const [digest] of text.matchAll(/sha256:[0-9a-f]{64}/g)) used.add(digest.replace(':', '-'));
  }
  return used;
}

async function isGguf(path: string): Promise<boolean> {
  const file = await open(path).catch(() => undefined);
  if (!file) return false;
  try {
    const { buffer } = await file.read({ buffer: Buffer.alloc(4) });
    return buffer.toString('latin1') === 'GGUF';
  } finally {
    await file.close();
  }
}
