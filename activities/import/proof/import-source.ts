import type { Handle } from '../../../core/handles.ts';
import type { CreateRequest } from '../../../services/ollama/messages.ts';
import type { Manifest } from '../../../services/store/manifest.ts';

/** The files that a model in Ollama is made of. */
export interface ServedFiles {
  /** Those that Ollama may not have yet. */
  uploads: readonly { path: string; digest: string }[];
  request: Pick<CreateRequest, 'from' | 'files' | 'adapters'>;
  /** Digest of the weights that a model of another name must still have. */
  weights?: string;
}

/** A GGUF file that is a model by itself. */
export const wholeModel = (gguf: { path: string; digest: string }): ServedFiles => ({
  uploads: [gguf],
  request: { files: { 'model.gguf': gguf.digest } },
});

/** A model as Ollama has it: created from its file anew, Ollama 0.33 would write that file a second time. */
export const modelInOllama = ({ name, digest }: BaseInOllama): ServedFiles => ({
  uploads: [],
  request: { from: name },
  weights: digest,
});

/** An adapter on a model. */
export const adapterOn = (model: ServedFiles, adapter: { path: string; digest: string }): ServedFiles => ({
  ...model,
  uploads: [...model.uploads, adapter],
  request: { ...model.request, adapters: { 'adapter.gguf': adapter.digest } },
});

/** A model of Ollama with the weights that an adapter was trained on. */
export interface BaseInOllama {
  name: string;
  /** Of its GGUF file. */
  digest: string;
}

/** What the proofs compare with, in transformers: a merged model, or a base with an adapter on it. */
export interface TrainedModel {
  model: Handle;
  path: string;
  adapter?: { handle: Handle; path: string };
}

/** What is imported. */
export interface ImportSource {
  trained: TrainedModel;
  /** The artifact with the file that only this model has. */
  gguf: Handle;
  files: ServedFiles;
  /** The f16 model that it was quantized from; absent if it is not quantized. */
  parent?: ServedFiles;
  /** As people read it. */
  type: string;
  /** Of weights that were rounded before the training: what that rounding alone may decide. */
  leastMargin?: number;
  /** What it takes on the disk of Ollama, as people read it. `all`: bytes by Ollama's count. */
  takes?: (all: number) => string;
  lineage: Manifest['meta'];
}
