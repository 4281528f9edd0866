import { existsSync } from 'node:fs';
import { basename } from 'node:path';
import { TemperError } from '../../core/errors/temper-error.ts';
import { shortDigest } from '../../core/handles.ts';
import { baseSource } from '../../core/kinds/options/base-source.ts';
import { modelFile } from '../../services/ollama/model-file.ts';
import { OllamaServer } from '../../services/ollama/server.ts';
import type { Deps } from '../engine/deps.ts';
import { digests } from '../engine/pinned-files.ts';

/** A GGUF file that is to become a base model. */
export interface GgufSource {
  /** As the document names it. */
  base: string;
  path: string;
  digest: string;
  /** The system message that Ollama adds where the model is served by its own name. */
  system?: string;
}

/** What stands for such a base in keys and adapters: its bytes, whatever name or path they have. */
export const ggufIdentity = (digest: string): string => `gguf:${digest}`;

/** Finds the file of a base that comes from a GGUF, by its path or by asking Ollama for it, and reads its digest. */
export async function locateGguf(deps: Deps, base: string, signal?: AbortSignal): Promise<GgufSource> {
  const source = baseSource(base);
  if (source.from === 'gguf') {
    if (!existsSync(base)) throw new TemperError('FILE_NOT_FOUND', `the base ${base} does not exist`);
    return { base, path: base, digest: (await digests(deps).of(base, signal)).digest };
  }
  if (source.from !== 'ollama') throw new Error(`${base} comes from no GGUF file`);
  const server = new OllamaServer(deps.ollama.serving);
  const { path, digest, system } = await modelFile(server, source.name, signal ? { signal } : {});
  // A file that is damaged is not the one that its name tells.
  const found = await digests(deps).of(path, signal);
  if (found.digest !== digest)
    throw new TemperError(
      'BASE_INCOMPLETE',
      `${basename(path)} of ollama:${source.name} is damaged: its bytes have the digest ${shortDigest(found.digest)}`,
      {
        remedy: `Remove the model and pull it again: \`ollama rm ${source.name}\`, then \`ollama pull ${source.name}\`.`,
      },
    );
  return { base, path, digest, ...(system === undefined ? {} : { system }) };
}
