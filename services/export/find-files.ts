import { access, constants } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { filesNamed, type NamedFile } from '../../core/card/modelfile.ts';
import type { Handle } from '../../core/handles.ts';
import { modelFolders } from '../ollama/model-file.ts';
import type { ArtifactStore } from '../store/artifacts.ts';

/** A file that a model in Ollama is made of, where it can be read here. */
export interface FoundFile extends NamedFile {
  /** Its name in the exported folder. */
  name: string;
  /** Undefined where it lies on another machine, or only others may read it. */
  found: string | undefined;
}

/** Finds the files of a model: in the store, whose bytes are verified, or else where Ollama has them. */
export async function findFiles(
  store: ArtifactStore,
  modelfile: string,
  gguf: Handle | undefined,
): Promise<FoundFile[]> {
  const stored = gguf && (await storedFile(store, gguf));
  const found: FoundFile[] = [];
  for (const file of filesNamed(modelfile)) {
    const isStored = stored !== undefined && stored.digest === file.digest;
    found.push({ ...file, name: nameFor(file, found), found: isStored ? stored.path : await readable(file.path) });
  }
  return found;
}

async function storedFile(store: ArtifactStore, gguf: Handle): Promise<{ path: string; digest: string } | undefined> {
  const opened = await store.open(gguf, { verify: true }).catch(() => undefined);
  const file = opened?.manifest.files.find(({ path }) => path.endsWith('.gguf'));
  return opened && file && { path: join(opened.path, file.path), digest: `sha256:${file.sha256}` };
}

async function readable(told: string): Promise<string | undefined> {
  for (const path of [told, ...modelFolders().map((folder) => join(folder, 'blobs', basename(told)))]) {
    const isThere = await access(path, constants.R_OK).then(
      () => true,
      () => false,
    );
    if (isThere) return path;
  }
  return undefined;
}

const words = { FROM: 'model', ADAPTER: 'adapter' } as const;

function nameFor({ word }: NamedFile, before: readonly FoundFile[]): string {
  const earlier = before.filter((each) => each.word === word).length;
  return `${words[word]}${earlier === 0 ? '' : `-${earlier + 1}`}.gguf`;
}
